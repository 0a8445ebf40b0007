import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { Invalid } from '@entente/kernel';
import { defaultJsonLimits, parseJson, unzipped } from './json-body';

const parse = (text: string | Buffer, limits = defaultJsonLimits) => parseJson(Buffer.from(text), limits);

const codeOf = (text: string | Buffer): string | undefined => {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    return (error as Invalid).problems[0]?.code;
  }
};

it('reads what JSON.parse reads', () =>
  fc.assert(
    fc.property(fc.json(), (text) => {
      fc.pre(!text.includes('proto'));
      expect(parse(text)).toEqual(JSON.parse(text));
    }),
  ));

it.each([
  ['', 'json'],
  ['\ufeff{}', 'json'],
  ['{"a":1,}', 'json'],
  ['NaN', 'json'],
  [Buffer.from([0x22, 0xff, 0x22]), 'encoding'],
  ['['.repeat(5_000), 'too-deep'],
  ['{"a":'.repeat(100_000), 'too-deep'],
  [`{${'"a":1,'.repeat(200_000)}"a":1}`, 'too-many-keys'],
  ['{"__proto__":{"admin":true}}', 'forbidden-key'],
  ['{"a":[{"\\u005f_proto\\u005F_":1}]}', 'forbidden-key'],
  ['{"constructor":{"prototype":{"admin":true}}}', 'forbidden-key'],
])('E02-E09: refuses %.40s as %s', (text, code) => {
  const start = performance.now();
  expect(codeOf(text)).toBe(code);
  expect(performance.now() - start).toBeLessThan(100);
});

it('says where a key is that could reach a prototype', () => {
  const problemOf = (text: string) => {
    try {
      return parse(text);
    } catch (error) {
      return (error as Invalid).problems[0];
    }
  };
  const nested = '{"rule":{"all":[{},{"a":{"__proto__":1}}]}}';
  expect(problemOf(nested)).toMatchObject({ path: 'rule.all[1].a.__proto__' });
  expect(problemOf('[{"constructor":{"prototype":1}}]')).toMatchObject({ path: '[0].constructor' });
});

it('counts brackets, colons and quotes outside of strings only', () => {
  expect(parse('{"a\\\\\\"[[[:::":"]}\\\\"}', { maxDepth: 1, maxKeys: 1 })).toEqual({ 'a\\"[[[:::': ']}\\' });
});

it('takes "prototype" and "constructor" as ordinary words', () => {
  expect(parse('{"constructor":"prototype"}')).toEqual({ constructor: 'prototype' });
});

it('E05: unpacks gzip up to a limit', async () => {
  expect(await unzipped(gzipSync('{}'), 10)).toEqual(Buffer.from('{}'));
  expect(await unzipped(gzipSync(Buffer.alloc(100_000_000)), 1_000_000)).toBeUndefined();
  await expect(unzipped(Buffer.from('{}'), 10)).rejects.toThrow(Invalid);
});
