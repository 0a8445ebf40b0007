import { cellKinds, type CellKindName } from './cell-kinds';

describe('cellKinds', () => {
  it.each<[CellKindName, string, unknown]>([
    ['text', 'Ana', 'Ana'],
    ['integer', '042', 42],
    ['integer', '4.2', undefined],
    ['integer', '9007199254740993', undefined],
    ['number', '-1234.50', -1234.5],
    ['number', '1,5', undefined],
    ['number', '1e400', undefined],
    ['decimal-comma', '1 234,56', 1234.56],
    ['decimal-comma', '1\u202f234\u202f567,8', 1_234_567.8],
    ['decimal-comma', '1.234,56', 1234.56],
    ['decimal-comma', '-12,5', -12.5],
    ['decimal-comma', '1.23,4', undefined],
    ['decimal-comma', '1.234.56', undefined],
    ['decimal-comma', '12.5', undefined],
    ['decimal-comma', '0,123456789012345678', undefined],
    ['boolean', 'Oui', true],
    ['boolean', 'nein', false],
    ['boolean', 'maybe', undefined],
    ['date', '2026-02-28', '2026-02-28'],
    ['date', '2026-02-28 10:11:12', '2026-02-28'],
    ['date', '2026-02-30', undefined],
    ['date', '28/02/2026', undefined],
    ['date-dmy', '3/12/2026', '2026-12-03'],
    ['date-dmy', '31.02.2026', undefined],
    ['date-mdy', '12/03/2026', '2026-12-03'],
    ['instant', '2026-12-03T09:00:00+01:00', '2026-12-03T08:00:00.000Z'],
    ['instant', '2026-12-03T09:00:00', undefined],
  ])('%s reads %j as %j', (kind, cell, value) => {
    expect(cellKinds[kind].read(cell)).toEqual(value);
  });

  it('is quick on long cells', () => {
    for (const { read } of Object.values(cellKinds)) expect(read('1'.repeat(100_000) + ',')).not.toBe(1);
  });
});
