import fc from 'fast-check';
import { CREATED } from '@entente/segment';
import { dateOperators, instantOperators, operators, window } from './comparison';
import type { ArbitraryKind } from './kind';

const path = fc.constantFrom('a', 'b', 'o.c', 'o\\.c');
const settable = fc.constantFrom('a', 'b', 'o.c', 'o\\.c', 'company', 'company.c', 'company\\.c');

export const trait: ArbitraryKind = (scale) => {
  const change = fc.oneof(
    window(scale).map((changedWithin) => ({ changedWithin })),
    instantOperators(scale).map((changed) => ({ changed })),
    instantOperators(scale).map((changed) => ({ changed })),
  );
  const dated = fc.constantFrom('a', 'd', 'd', 'd', CREATED);
  const date = dateOperators(scale);
  return fc.oneof(
    fc.tuple(path, operators).map(([trait, one]) => ({ trait, ...one })),
    fc.tuple(dated, date).map(([trait, one]) => ({ trait, ...one })),
    fc.tuple(dated, date, date).map(([trait, one, other]) => ({ trait, ...one, ...other })),
    fc.tuple(settable, change).map(([trait, one]) => ({ trait, ...one })),
    fc.tuple(settable, operators, change).map(([trait, one, other]) => ({ trait, ...one, ...other })),
  );
};
