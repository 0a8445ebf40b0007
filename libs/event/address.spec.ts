import { normalizeAddress } from './address';

const address = (text: string) => normalizeAddress(text)?.address;

describe('normalizeAddress', () => {
  it.each([
    ['a@x.fr', 'a@x.fr'],
    ['A@X.FR', 'a@x.fr'],
    ['Ana.Maria+news@Shop.Example', 'ana.maria+news@shop.example'],
    ["o'neil_=/x{y}@x.fr", "o'neil_=/x{y}@x.fr"],
    ['jurgen@münchen.de', 'jurgen@xn--mnchen-3ya.de'],
    ['jurgen@MÜNCHEN.de', 'jurgen@xn--mnchen-3ya.de'],
    ['a@例え.jp', 'a@xn--r8jz45g.jp'],
    ['a@xn--r8jz45g.jp', 'a@xn--r8jz45g.jp'],
    ['a@пример.рф', 'a@xn--e1afmkfd.xn--p1ai'],
    [`${'l'.repeat(64)}@x.fr`, `${'l'.repeat(64)}@x.fr`],
  ])('C06 C09 reads %s', (text, canonical) => expect(address(text)).toBe(canonical));

  it.each([
    ...[
      'a@x.fr,b@y.fr',
      'a@x.fr;',
      '<a@x.fr>',
      'Ann <a@x.fr>',
      '',
      '@',
      'a@',
      '@x.fr',
      'a@@x.fr',
      'a@b@x.fr',
    ],
    ...[
      'a@x.fr\r\nBcc: e@e',
      'a@x.fr\n',
      'a@x\t.fr',
      'a\t@x.fr',
      ' a@x.fr',
      'a@x.fr ',
      'a b@x.fr',
      'a@x.fr\0',
    ],
    ...['"evil@e.test x"@y.test', '"a b"@x.fr', 'user@example.com(x)', '"user"@example.com(x)evil.com'],
    ...[
      'g: e@e.test;',
      '.a@x.fr',
      'a.@x.fr',
      'a..b@x.fr',
      'a@x.fr.',
      'a@.x.fr',
      'a@x..fr',
      'a@-x.fr',
      'a@x-.fr',
    ],
    ...['a\u200b@x.fr', 'a@x\u200b.fr', 'a\u00a0@x.fr', 'a@x\u00ad.fr', 'a\u202e@x.fr', 'a@x\u202e.fr'],
    ...['e\u0301@x.fr', 'a@e\u0301x.fr', 'a@x\u0301.fr', 'a@exam\u0440le.fr', 'a@xn--examle-9dg.fr'],
    ...['jürgen@münchen.de', '用户@例え.jp', 'a@localhost', 'a@x', 'a@1.2.3.4', 'a@[127.0.0.1]', 'a@x.123'],
    ...['a@x.f', 'a@0x7f.1', 'a@x%2efr.com', 'a@x.fr/', 'a@x.fr:25', 'a@x_y.fr', 'a@xn--.fr', 'a@xn--a.fr'],
    ...[`${'l'.repeat(65)}@x.fr`, `a@${'l'.repeat(64)}.fr`, `a@${'abcdefgh.'.repeat(28)}com`],
    `${'l'.repeat(64)}@${'abcdefgh.'.repeat(21)}com`,
  ])('C01-C08 refuses %j', (text) => expect(address(text)).toBeUndefined());
});
