import { isObject } from '@entente/kernel';
import { passesNumber } from '../comparisons/count';
import { parseComparison, testOf, valuesOf, type Comparison } from '../comparisons/comparison';
import { ANY } from '../comparisons/filter-of';
import { filterOfName, isSettled } from '../comparisons/filter-of-name';
import { NO_CONTEXT } from '../comparisons/operator';
import { ANYTHING, isAnything, namesOf, type EventNames } from '../event-names';
import { below, Findings, quote } from '../findings';
import { NAME } from '../read';
import { comparisonIn, type Of } from './measures/of';
import type { Series } from './seen';

/** Refuses what a filter asks of the name of events and none of their names passes, as it is written. */
export function checkNames(event: EventNames, filter: unknown, path: string, findings: Findings): void {
  const left = namesPassing(namesOf(event), filter, path, findings);
  const choice = isObject(filter) ? filter[ANY] : undefined;
  if (!Array.isArray(choice) || left.length === 0) return;
  for (const [place, one] of choice.entries())
    namesPassing(left, one, below(below(path, ANY), place), findings);
}

/** The same of what the first or the last event of a series must be like. */
export function checkNamesOfEdge(
  { event, where }: Series,
  fields: Readonly<Record<string, unknown>>,
  path: string,
  findings: Findings,
): void {
  const names = namesOf(event).filter((name) => name === ANYTHING || filterOfName(name, where));
  for (const edge of ['first', 'last']) checkNames(names, fields[edge], below(path, edge), findings);
}

/** Refuses to count different names of events where there are not so many, or however many there are. */
export function checkDistinctNames(
  { event, where }: Series,
  distinct: Of | undefined,
  path: string,
  findings: Findings,
): void {
  if (distinct?.of !== NAME || namesOf(event).includes(ANYTHING)) return;
  const most = namesOf(event).filter((name) => filterOfName(name, where)).length;
  const truths = Array.from({ length: most + 1 }, (_, number) =>
    passesNumber(comparisonIn(distinct), number),
  );
  if (new Set(truths).size === 1)
    findings.mistake(
      distinct,
      below(path, 'distinct'),
      'constant',
      'That holds for every number of names that these events may have, or for none.',
      `whole numbers up to ${most}`,
    );
}

function namesPassing(
  names: readonly string[],
  filter: unknown,
  path: string,
  findings: Findings,
): readonly string[] {
  if (!isObject(filter) || filter[NAME] === undefined) return names;
  const comparison = parseComparison(filter[NAME], path, new Findings(true));
  const passing = comparison ? names.flatMap((name) => passingOf(name, comparison)) : names;
  if (passing.length === 0)
    findings.mistake(
      passing,
      below(path, NAME),
      'constant',
      'No event that is meant here is called so.',
      names.map((name) => (name === ANYTHING ? 'a name of what somebody does' : quote(name))).join(', '),
    );
  return passing;
}

/** The name, where it may pass; of `ANYTHING` those that are listed. */
function passingOf(name: string, comparison: Comparison): readonly string[] {
  const passes = (one: string): boolean => !isSettled(comparison) || testOf(comparison)(one, NO_CONTEXT);
  if (name !== ANYTHING) return passes(name) ? [name] : [];
  const listed = valuesOf(comparison)?.filter((value) => typeof value === 'string') ?? [name];
  return listed.filter((one) => isAnything({ name: one }) && (one === ANYTHING || passes(one)));
}
