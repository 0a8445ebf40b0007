import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { readToken, signToken, tokenPurposes, type TokenKey, type TokenPayload } from './tokens';

const first: TokenKey = { kid: 1, key: Buffer.alloc(48, 1) };
const second: TokenKey = { kid: 2, key: Buffer.alloc(48, 2) };
const payload: TokenPayload = {
  purpose: 'unsubscribe',
  contact: '9007199254740993',
  addressHash: Buffer.alloc(32, 7),
  message: '0192aa00-1111-8222-8333-444455556666',
  topic: 'newsletter',
};

describe('a mailed token', () => {
  it('says what was signed', () => {
    expect(readToken([first], 'unsubscribe', signToken(first, payload))).toEqual(payload);
  });

  it('carries the URL and number of a click', () => {
    const click: TokenPayload = {
      ...payload,
      purpose: 'click',
      url: 'https://shop.example/ä?a=1&b=2',
      link: 20,
    };
    expect(readToken([first], 'click', signToken(first, click))).toEqual(click);
  });

  it('is none for another purpose', () => {
    for (const purpose of tokenPurposes.filter((other) => other !== 'unsubscribe'))
      expect(readToken([first], purpose, signToken(first, payload))).toBeUndefined();
  });

  it('stays readable when a newer key signs, and is void under an unknown key', () => {
    const token = signToken(first, payload);
    expect(readToken([second, first], 'unsubscribe', token)).toEqual(payload);
    expect(readToken([second], 'unsubscribe', token)).toBeUndefined();
    expect(readToken([{ kid: 1, key: second.key }], 'unsubscribe', token)).toBeUndefined();
  });

  it('is void when any character is changed, dropped or added', () => {
    const token = signToken(first, payload);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let at = 0; at < token.length; at += 1) {
      const next = alphabet[(alphabet.indexOf(token[at]!) + 1) % 64]!;
      expect(
        readToken([first], 'unsubscribe', token.slice(0, at) + next + token.slice(at + 1)),
      ).toBeUndefined();
      expect(readToken([first], 'unsubscribe', token.slice(0, at))).toBeUndefined();
    }
    for (const wrong of [`${token}A`, `${token}=`, ` ${token}`, token.repeat(200), ''])
      expect(readToken([first], 'unsubscribe', wrong)).toBeUndefined();
  });

  it('ends with the first half of HMAC-SHA256 over the rest', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.webUrl(), (bytes, url) => {
        const key = Buffer.from(bytes);
        const token = Buffer.from(
          signToken({ kid: 1, key }, { ...payload, purpose: 'click', url }),
          'base64url',
        );
        const mac = createHmac('sha256', key).update(token.subarray(0, -16)).digest().subarray(0, 16);
        expect(token.subarray(-16).equals(mac)).toBe(true);
      }),
    );
  });

  it('refuses to sign what does not fit', () => {
    expect(() => signToken(first, { ...payload, url: 'x'.repeat(2_049) })).toThrow(RangeError);
    expect(() => signToken(first, { ...payload, topic: 'x'.repeat(256) })).toThrow(RangeError);
    expect(() => signToken(first, { ...payload, addressHash: Buffer.alloc(31) })).toThrow(RangeError);
  });

  it('never throws on garbage', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => readToken([first], 'click', text) === undefined),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        return readToken([first], 'open', Buffer.from(bytes).toString('base64url')) === undefined;
      }),
    );
  });
});
