import { bounds } from '../bounds';
import { below, type Findings } from '../findings';
import { measureNames, measureOf, type MeasureFields, type MeasureName } from './measures/registry';
import type { Against } from './measures/measure';
import { parseNamed, seriesOf, type Named } from './named';
import { parsePeriod, periodNames, refuseSeveral, type PeriodFields } from './parse-period';
import type { Series } from './seen';

/** When something happened, and what of it: at most one measure. */
export interface HowOften extends PeriodFields, MeasureFields {
  /** What counts is what happened after the last of these. */
  readonly since?: Named;
}

/** What somebody did: which events, when, and what of them. */
export interface Behavior extends Series, HowOften {}

const whenNames = [...periodNames, 'since'];
const AT_LEAST_ONCE: MeasureFields = { count: { gte: 1 } };

/** The fields that say when and how often. */
export const howOftenFields = [...whenNames, ...measureNames];

/** Those fields in their canonical form; only good when nothing was found. */
export function parseHowOften(
  fields: Readonly<Record<string, unknown>>,
  path: string,
  findings: Findings,
): HowOften {
  const { since } = fields;
  refuseSeveral(fields, whenNames, path, findings);
  const howOften = {
    ...parsePeriod(fields, path, findings),
    ...(since !== undefined && { since: parseNamed(since, below(path, 'since'), findings) }),
    ...parseMeasure(fields, path, findings),
  } as HowOften;
  refuseEmpty(howOften, path, findings);
  return howOften;
}

function parseMeasure(
  fields: Readonly<Record<string, unknown>>,
  path: string,
  findings: Findings,
): MeasureFields {
  refuseSeveral(fields, measureNames, path, findings);
  const written = measureNames.filter((name) => fields[name] !== undefined);
  if (written.length === 0) return AT_LEAST_ONCE;
  if (written.includes('regular')) refuseSeveral(fields, ['regular', ...whenNames], path, findings);
  const highest = periodNames.some((name) => fields[name] !== undefined)
    ? bounds.countWithin
    : bounds.countEver;
  const read = written.map((name) => [
    name,
    measureOf(name).parse(fields[name], below(path, name), findings, highest),
  ]);
  return Object.fromEntries(read) as MeasureFields;
}

/** That somebody ever did it is written without saying that there is a first time. */
function refuseEmpty(howOften: HowOften, path: string, findings: Findings): void {
  for (const name of ['first', 'last'] as const) {
    const filter = howOften[name];
    const says = !filter || Object.keys(filter).length > 0 || whenNames.some((when) => when in howOften);
    if (!says)
      findings.add(
        below(path, name),
        'filter',
        'This says nothing of it: leave it out for "at least once".',
        `a filter, or one of ${whenNames.join(', ')} beside it`,
      );
  }
}

/** Which measure it is, and what is asked of it. */
export function askedOf(behavior: MeasureFields): { readonly name: MeasureName; readonly asked: unknown } {
  const name = measureNames.find((one) => behavior[one] !== undefined)!;
  return { name, asked: behavior[name] };
}

/** The events that a condition's are set against. */
export function againstOf(behavior: MeasureFields): Against | undefined {
  const { name, asked } = askedOf(behavior);
  return measureOf(name).against?.(asked);
}

/** The events that a condition goes by besides its own. */
export const othersOf = (behavior: HowOften): Series[] =>
  [sinceOf(behavior), againstOf(behavior)].filter((series) => series !== undefined);

/** The events after the last of which a condition's count. */
export const sinceOf = ({ since }: HowOften): Series | undefined => since && seriesOf(since);
