import fc from 'fast-check';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import {
  bigintArray,
  booleanArray,
  byteaArray,
  instantArray,
  intArray,
  jsonbArray,
  smallintArray,
  textArray,
  tidArray,
  uuidArray,
} from './binary-array';

describe('arrays in the binary format', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase();
  });
  afterAll(() => test.close());

  const back = async (type: string, array: Buffer, read: string) => {
    const rows = await test.database.query<{ v: string }>(
      `SELECT ${read} AS v FROM unnest($1::${type}[]) WITH ORDINALITY AS a (v, n) ORDER BY n`,
      [array],
    );
    return rows.map(({ v }) => v);
  };
  const text = fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0'));

  it.each<[string, (values: never) => Buffer, fc.Arbitrary<unknown>, (value: never) => unknown, string]>([
    ['smallint', smallintArray, fc.integer({ min: -32_768, max: 32_767 }), String, 'v::text'],
    ['integer', intArray, fc.integer(), String, 'v::text'],
    ['boolean', booleanArray, fc.boolean(), String, 'v::text'],
    [
      'bigint',
      bigintArray,
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
      String,
      'v::text',
    ],
    ['bigint', bigintArray, fc.maxSafeInteger(), String, 'v::text'],
    ['uuid', uuidArray, fc.uuid(), String, 'v::text'],
    [
      'tid',
      tidArray,
      fc.nat({ max: 2 ** 48 - 1 }),
      (value: number) => `(${Math.floor(value / 2 ** 16)},${value % 2 ** 16})`,
      'v::text',
    ],
    ['text', textArray, fc.option(text), (value) => value, 'v'],
    [
      'jsonb',
      jsonbArray,
      fc.option(text.map((one) => JSON.stringify([one]))),
      (value) => value && JSON.parse(value)[0],
      `v->>0`,
    ],
    [
      'bytea',
      byteaArray,
      fc.option(fc.uint8Array().map(Buffer.from)),
      (value) => value && (value as Buffer).toString('hex'),
      `encode(v, 'hex')`,
    ],
    [
      'timestamptz',
      instantArray,
      fc.option(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 })),
      (value) => (value === null ? null : String(value)),
      'round(extract(epoch FROM v) * 1000)::text',
    ],
  ])('hold every value of %s', async (type, array, values, expected, read) => {
    await fc.assert(
      fc.asyncProperty(fc.array(values, { maxLength: 20 }), async (some) => {
        expect(await back(type, array(some as never), read)).toEqual(
          some.map((one) => expected(one as never)),
        );
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  it('hold no instant that no year has', () => {
    expect(() => instantArray([8.64e15])).toThrow(RangeError);
    expect(() => instantArray([NaN])).toThrow(RangeError);
  });
});
