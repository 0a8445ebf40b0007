import { originTold, type Origin } from './origin';

const at = Date.UTC(2026, 10, 23, 12);
const told = (origin: Partial<Origin>) => originTold({ way: 'api', at, evidence: {}, ...origin });

describe('what is told of how an entry came about', () => {
  it('is when somebody says that it happened, else when it was entered; of an import only the first', () => {
    const claimedAt = Date.UTC(2024, 4, 1);
    expect(told({ claimedAt })).toMatchObject({ claimedAt: '2024-05-01T00:00:00.000Z' });
    expect(told({})).toMatchObject({ claimedAt: '2026-11-23T12:00:00.000Z' });
    expect(told({ way: 'import', claimedAt })).toMatchObject({ claimedAt: '2024-05-01T00:00:00.000Z' });
    expect(told({ way: 'import' })).not.toHaveProperty('claimedAt');
  });

  it('is which page or form another system names, and which import, where its file says that it was', () => {
    const evidence = { page: 'https://shop.example/signup', form: 'footer', import: '7', where: 'A fair' };
    const { page, form } = evidence;
    expect(told({ evidence })).toEqual({ way: 'api', claimedAt: '2026-11-23T12:00:00.000Z', page, form });
    expect(told({ way: 'import', evidence })).toEqual({ way: 'import', import: '7', page: 'A fair' });
    expect(told({ way: 'preferences', evidence })).toEqual({
      way: 'preferences',
      claimedAt: '2026-11-23T12:00:00.000Z',
    });
  });

  it.each([
    ['https://shop.example/signup?email=ana@example.com&utm_source=x#form', 'https://shop.example/signup'],
    ['https://shop.example/signup#/ana@example.com', 'https://shop.example/signup'],
    ['  /signup  ', '/signup'],
    ['https://shop.example/hello/ana@example.com', undefined],
    ['https://shop.example/hello/ana%40example.com', undefined],
    [
      'https://shop.example/to/https%253A%252F%252Fshop.example%252F%253Femail%253Dana%252540example.com',
      undefined,
    ],
    ['https://shop.example/hello/ana%2540example.com', undefined],
    ['?email=ana@example.com', undefined],
    ['', undefined],
    [7, undefined],
    [null, undefined],
    [['/signup'], undefined],
    [`${'x'.repeat(499)}😀`, `${'x'.repeat(499)}\ufffd`],
  ])('of a page called %j is %j', (page, expected) => {
    expect(told({ evidence: { page, ip: '192.0.2.1', wording: 'en@1' } })).toEqual({
      way: 'api',
      claimedAt: '2026-11-23T12:00:00.000Z',
      ...(expected !== undefined && { page: expected }),
    });
  });
});
