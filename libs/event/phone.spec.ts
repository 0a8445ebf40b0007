import { normalizePhone } from './phone';

describe('normalizePhone', () => {
  it.each([
    ['+33 6 12 34 56 78', '+33612345678'],
    ['0033612345678', '+33612345678'],
    ['+33 (0)6-12.34.56.78', '+33612345678'],
    ['+1 (415) 555-2671', '+14155552671'],
  ])('C14 reads %s', (text, e164) => expect(normalizePhone(text)).toBe(e164));

  it.each([
    '0612345678',
    '+33 6 ab',
    '+0123456789',
    '+12',
    '9'.repeat(40),
    `+${'9'.repeat(16)}`,
    '',
    '+',
    '++33612345678',
  ])('C14 refuses %j', (text) => expect(normalizePhone(text)).toBeUndefined());
});
