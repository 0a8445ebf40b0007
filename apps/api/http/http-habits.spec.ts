import { Stale } from '@entente/kernel';
import { mergePatch } from './authored';
import { textProblems } from './check-text';
import { safeCell, wantsCsv } from './csv';
import { page, readCursor } from './page';
import { preconditionOf } from './precondition';

describe('cells of a CSV file', () => {
  it.each(['=HYPERLINK("x")', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('C12: %j is no formula', (cell) =>
    expect(safeCell(cell)).toBe(`'${cell}`),
  );

  it.each(['a=b', '1-1', '', 5, -5, null, true])('%j stays as it is', (cell) =>
    expect(safeCell(cell)).toBe(cell),
  );

  it.each([
    ['text/csv', true],
    ['text/csv, application/json', true],
    ['application/json, text/csv', false],
    ['*/*', false],
    [undefined, false],
  ])('Accept: %s asks for CSV: %s', (accept, wanted) =>
    expect(wantsCsv({ headers: { accept } } as never)).toBe(wanted),
  );
});

describe('a merge-patch (RFC 7396)', () => {
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('of %j with %j gives %j', (target, patch, merged) => expect(mergePatch(target, patch)).toEqual(merged));

  it('makes no prototype of anybody', () => {
    mergePatch({}, JSON.parse('{"__proto__":{"admin":true}}'));
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });
});

describe('a precondition', () => {
  it.each([
    [{ 'if-match': '"3"' }, 3, true],
    [{ 'if-match': '"1", "3"' }, 3, true],
    [{ 'if-match': '*' }, 3, true],
    [{ 'if-match': '"2"' }, 3, false],
    [{ 'if-match': 'W/"3"' }, 3, false],
    [{ 'if-match': '*' }, undefined, false],
    [{ 'if-none-match': '*' }, undefined, true],
    [{ 'if-none-match': '*' }, 3, false],
    [{}, undefined, true],
  ])('%j at revision %s holds: %s', (headers, revision, holds) => {
    const check = () => preconditionOf(headers)(revision);
    if (holds) expect(check).not.toThrow();
    else expect(check).toThrow(Stale);
  });

  it.each(['3', '"3', '*, "3"', ''])('refuses the header %j', (tag) =>
    expect(() => preconditionOf({ 'if-match': tag })).toThrow(/malformed/),
  );
});

describe('a cursor', () => {
  const shown = { item: (row: string) => row, cursor: (row: string) => [row] };

  it('leads from the last item of a page', () => {
    const { items, next } = page(['a', 'b', 'c'], 2, shown);
    expect([items, readCursor(next!, 'text')]).toEqual([['a', 'b'], ['b']]);
    expect(page(['a', 'b'], 2, shown).next).toBeNull();
  });

  it.each([
    '',
    'x',
    'W10',
    Buffer.from('["a","b"]').toString('base64url'),
    Buffer.from('[1]').toString('base64url'),
  ])('that this list did not make is refused: %j', (cursor) =>
    expect(() => readCursor(cursor, 'number')).toThrow(/not a cursor/),
  );
});

describe('texts', () => {
  it.each([
    [{ a: ['x\u0000'] }, 'a[0]', 'nul'],
    [{ a: { b: '\ud800' } }, 'a.b', 'surrogate'],
    [{ a: '\udc00x' }, 'a', 'surrogate'],
    [{ 'x\u0000': 1 }, '', 'nul'],
    [{ a: { constructor: 1 } }, 'a', 'name'],
  ])('of %j that cannot be stored are named', (value, path, code) =>
    expect(textProblems(value)).toEqual([expect.objectContaining({ path, code })]),
  );

  it('of every language are fine', () =>
    expect(textProblems({ naïve: ['日本語 😀', '\u202e'] })).toEqual([]));
});
