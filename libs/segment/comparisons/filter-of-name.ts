import { NAME } from '../read';
import { dependenceOf, testOf, type Comparison } from './comparison';
import type { Filter } from './filter';
import { alternativesOf, ANY, comparisonsIn, conjunctsOf } from './filter-of';
import { moves, NO_CONTEXT } from './operator';

/** What a filter asks of events; nothing of all of them. */
interface Asked {
  readonly where: Filter | undefined;
}

/** What is left of a filter for events of one name, what it asks of the name being settled; undefined where none of them passes. */
export function filterOfName(name: string, where: Filter | undefined): Asked | undefined {
  if (!comparisonsIn(where).some(([path]) => path === NAME)) return { where };
  const left: [string, Filter[string]][] = [];
  for (const [path, comparison] of conjunctsOf(where))
    if (path !== NAME || !isSettled(comparison)) left.push([path, comparison]);
    else if (!testOf(comparison)(name, NO_CONTEXT)) return undefined;
  const choice = alternativesOf(where);
  const some = choice.map((one) => filterOfName(name, one)).filter((one) => one !== undefined);
  if (choice.length > 0 && some.length === 0) return undefined;
  const filters = some.map((one) => one.where).filter((one) => one !== undefined);
  if (filters.length === some.length) left.push(...asOne(filters, left));
  return { where: left.length > 0 ? Object.fromEntries(left) : undefined };
}

/** Whether a name by itself passes it or not, whoever the contact is and whatever else the event says. */
export function isSettled(comparison: Comparison): boolean {
  const dependence = dependenceOf(comparison);
  return !moves(dependence) && dependence.beside.length === 0;
}

/** Filters one of which must hold, as parts of a filter: the only one is no choice, and is found by what it asks. */
function asOne(
  choice: readonly Filter[],
  beside: readonly (readonly [path: string, Filter[string]])[],
): [string, Filter[string]][] {
  const [only, ...others] = choice;
  if (only === undefined) return [];
  const paths = beside.map(([path]) => path);
  const isPart = others.length === 0 && !paths.some((path) => Object.hasOwn(only, path));
  return isPart ? Object.entries(only) : [[ANY, choice]];
}
