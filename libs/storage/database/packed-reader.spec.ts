import fc from 'fast-check';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import { PackedReader } from './packed-reader';

let test: TestDatabase;

beforeAll(async () => {
  test = await testDatabase();
});

afterAll(() => test.close());

const dates = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});

const kinds = fc.record({
  small: fc.integer({ min: -32_768, max: 32_767 }),
  whole: fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }),
  big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  near: fc.bigInt({ min: -(2n ** 53n) - 2n, max: 2n ** 53n + 2n }),
  exact: fc.maxSafeInteger(),
  at: dates,
  due: fc.option(dates),
  uuid: fc.uuid(),
  place: fc.nat({ max: 2 ** 48 - 1 }),
  bytes: fc.uint8Array({ maxLength: 300 }),
  integers: fc.array(fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }), { maxLength: 20 }),
});

it('what a statement packs is read as it was', async () => {
  const row = kinds.map((one) => ({ ...one, bytes: Buffer.from(one.bytes) }));
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (rows) => {
      const [sent] = await test.database.query<{ packed: string }>(
        `SELECT encode(string_agg(int2send(small) || int4send(whole) || int8send(big) || int8send(near) || int8send(exact) || timestamptz_send(at) || timestamptz_send(coalesce(due, 'infinity'))
           || uuid_send(uuid) || tidsend(tid) || int4send(octet_length(bytes)) || bytes || array_send(integers), ''::bytea ORDER BY n), 'base64') AS packed
         FROM jsonb_to_recordset($1) AS r (n int, small int2, whole int4, big int8, near int8, exact int8, at timestamptz, due timestamptz, uuid uuid, tid tid,
           hex text, integers int[])
         CROSS JOIN LATERAL decode(hex, 'hex') AS bytes`,
        [
          JSON.stringify(
            rows.map(({ bytes, big, near, place, ...others }, n) => ({
              n,
              ...others,
              big: String(big),
              near: String(near),
              tid: `(${Math.floor(place / 2 ** 16)},${place % 2 ** 16})`,
              hex: bytes.toString('hex'),
            })),
          ),
        ],
      );
      const packed = PackedReader.ofBase64(sent!.packed);
      for (const one of rows)
        expect({
          small: packed.smallint(),
          whole: packed.integer(),
          big: packed.bigint(),
          near: packed.bigint(),
          exact: packed.wholeNumber(),
          at: packed.instant(),
          due: packed.instantIfAny(),
          uuid: packed.uuid(),
          place: packed.place(),
          bytes: packed.bytes(),
          integers: packed.integers(),
        }).toEqual({
          ...one,
          big: String(one.big),
          near: String(one.near),
          at: one.at.getTime(),
          due: one.due?.getTime(),
        });
      expect(packed.isDone).toBe(true);
    }),
    { numRuns: 200 },
  );
});

it('instants are read to the millisecond, as texts are', async () => {
  const [row] = await test.database.query<{ sent: Buffer; at: Date }>(
    `SELECT timestamptz_send(at) AS sent, at FROM (VALUES ('2026-11-28 10:00:00.123999Z'::timestamptz)) AS t (at)`,
  );
  expect(new PackedReader(row!.sent).instant()).toBe(row!.at.getTime());
});
