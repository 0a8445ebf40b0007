import fc from 'fast-check';
import { readJson, type ReadJson } from './read-json';

const bounds = { depth: 24, keys: 1_000 };
const code = (result: ReadJson) => ('code' in result ? result.code : undefined);
const inexact = (text: string) => {
  const result = readJson(text, bounds);
  return 'code' in result ? result.code : result.inexact.map((path) => path.join('.'));
};

describe('readJson', () => {
  it('gives what JSON.parse gives, and finds every number that a double holds exact', () =>
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) =>
        expect(readJson(text, { depth: 99, keys: 9_999 })).toEqual({ value: JSON.parse(text), inexact: [] }),
      ),
    ));

  it.each([
    '',
    '{',
    '{"a":1,}',
    '\ufeff{}',
    'NaN',
    "{'a':1}",
    '{"a":01}',
    '"\\',
    '{"a":1}x',
    '-',
    '{"a":1e}',
    '\u0000',
  ])('E02 refuses %j', (text) => expect(code(readJson(text, bounds))).toBe('json'));

  it.each([25, 5_000, 100_000])('E03 stops at depth %d at once', (depth) => {
    const start = process.cpuUsage();
    expect(code(readJson('['.repeat(depth) + ']'.repeat(depth), bounds))).toBe('depth');
    expect(code(readJson('{"a":'.repeat(depth), bounds))).toBe('depth');
    expect(process.cpuUsage(start).user / 1_000).toBeLessThan(50);
  });

  it('takes the depth that is allowed', () =>
    expect(code(readJson('['.repeat(24) + ']'.repeat(24), bounds))).toBeUndefined());

  it('E04 stops at too many keys', () => {
    const text = `{${Array.from({ length: 200_000 }, (_, i) => `"k${i}":1`).join()}}`;
    expect(code(readJson(text, bounds))).toBe('keys');
  });

  it('counts no structure inside of texts', () => {
    const text = JSON.stringify({ 'a:{["': '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ \\" 9007199254740993 :::' });
    expect(readJson(text, { depth: 1, keys: 1 })).toEqual({ value: JSON.parse(text), inexact: [] });
  });

  it.each([
    ['{"a":9007199254740993}', ['a']],
    ['{"a":[1,{"b":0.1},{"b":1e400}],"c":"x"}', ['a.2.b']],
    ['{"batch":[{},{"p":{"x\\"y":[-1e-400,2]}}],"d":12345678901234567890.5}', ['batch.1.p.x"y.0', 'd']],
    [`[${'1'.repeat(100_000)}]`, ['0']],
    ['[0.1,-0,0.30000000000000004,1e308,9007199254740992,1.50e1,100000000000000000000,5e-324,1E5]', []],
  ])('E12 finds rounded numbers: %.60s', (text, paths) => expect(inexact(text)).toEqual(paths));

  it('E12 calls a number exact only if its double has the same digits', () =>
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (whole) => {
        expect(inexact(`[${whole}]`)).toEqual(String(Number(whole)) === String(whole) ? [] : ['0']);
      }),
    ));

  it('E10 keeps the last of equal keys', () =>
    expect(readJson('{"a":1,"a":2}', bounds)).toMatchObject({ value: { a: 2 } }));

  it('reads hostile texts in linear time', () => {
    const start = process.cpuUsage();
    readJson(`"${'\\'.repeat(500_000)}"`, bounds);
    readJson(`"${'\\"'.repeat(250_000)}"`, bounds);
    readJson(`[${'1e999,'.repeat(80_000)}1]`, bounds);
    expect(process.cpuUsage(start).user / 1_000).toBeLessThan(1_000);
  });
});
