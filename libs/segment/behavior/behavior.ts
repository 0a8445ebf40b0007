import { isObject } from '@entente/kernel';
import { bounds } from '../bounds';
import type { Comparison } from '../comparisons/comparison';
import { parseFilter, type Filter } from '../comparisons/filter';
import { below, quote, type Findings } from '../findings';
import { isText } from '../read';
import { mailFields, parseMail, seriesOfMail, type Mail } from './mail';
import type { Of } from './measures/of';
import { measureNames, measureOf, type MeasureName } from './measures/registry';
import type { Regular } from './measures/regular';
import { parsePeriod, periodNames, refuseSeveral, type PeriodFields } from './parse-period';
import type { Series } from './seen';

/** Events that a part of a condition is about, as authors write them: of one name that pass one filter, or what became of mails. */
export type Named = Pick<Series, 'event' | 'where'> | Mail;

/** What such a part names. */
export const seriesOf = (named: Named): Series => ('message' in named ? seriesOfMail(named) : named);

/** What is asked: exactly one of these. */
export interface MeasureFields {
  readonly count?: Comparison;
  readonly sum?: Of;
  readonly average?: Of;
  readonly min?: Of;
  readonly max?: Of;
  readonly distinct?: Of;
  readonly first?: Filter;
  readonly last?: Filter;
  readonly regular?: Regular;
}

/** Which events of a name, when, and what of them. */
export interface BehaviorFields extends PeriodFields, MeasureFields {
  readonly where?: Filter;
  /** What counts is what happened after the last of these. */
  readonly since?: Named;
}

/** What somebody did. Only kinds about what Entente tells set `own`; nobody can write it. */
export interface Behavior extends Series, BehaviorFields {}

const whenNames = [...periodNames, 'since'];
const AT_LEAST_ONCE: MeasureFields = { count: { gte: 1 } };

/** The fields of a condition on events besides the event's name. */
export const behaviorNames = ['where', ...whenNames, ...measureNames];

/** Those fields in their canonical form; only good when nothing was found. */
export function parseBehavior(
  fields: Readonly<Record<string, unknown>>,
  path: string,
  findings: Findings,
): BehaviorFields {
  const { where, since } = fields;
  refuseSeveral(fields, whenNames, path, findings);
  const behavior = {
    ...(where !== undefined && { where: parseFilter(where, below(path, 'where'), findings) }),
    ...parsePeriod(fields, path, findings),
    ...(since !== undefined && { since: parseNamed(since, below(path, 'since'), findings) }),
    ...parseMeasure(fields, path, findings),
  } as BehaviorFields;
  refuseEmpty(behavior, path, findings);
  return behavior;
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
function refuseEmpty(behavior: BehaviorFields, path: string, findings: Findings): void {
  for (const name of ['first', 'last'] as const) {
    const filter = behavior[name];
    const says = !filter || Object.keys(filter).length > 0 || whenNames.some((when) => when in behavior);
    if (!says)
      findings.add(
        below(path, name),
        'filter',
        'This says nothing of it: leave it out for "at least once".',
        `a filter, or one of ${whenNames.join(', ')} beside it`,
      );
  }
}

/** Events as parts of conditions name them: `{ "event": "Order Completed", "where": … }` or `{ "message": "opened", … }`. */
export function parseNamed(
  raw: unknown,
  path: string,
  findings: Findings,
  others: readonly string[] = [],
): Named | undefined {
  if (!isObject(raw))
    return findings.add(
      path,
      'series',
      'That names no event.',
      'an object such as { "event": "Order Completed" } or { "message": "opened" }',
    );
  const isMail = 'message' in raw;
  const known = [...(isMail ? mailFields : ['event', 'where']), ...others];
  for (const field of Object.keys(raw).filter((name) => !known.includes(name)))
    findings.add(
      below(path, field),
      'unknown-field',
      `There is no field ${quote(field)} here.`,
      known.join(', '),
    );
  if (isMail) return parseMail(raw, path, findings);
  const event = parseName(raw['event'], below(path, 'event'), findings);
  const { where } = raw;
  const filter = where === undefined ? {} : { where: parseFilter(where, below(path, 'where'), findings) };
  return event === undefined ? undefined : ({ event, ...filter } as Named);
}

export const parseName = (raw: unknown, path: string, findings: Findings): string | undefined =>
  isText(raw) && raw !== '*'
    ? raw
    : findings.add(
        path,
        'name',
        'That names no event.',
        `the name of one, of up to ${bounds.text} characters`,
      );

/** Which measure it is, and what is asked of it. */
export function askedOf(behavior: MeasureFields): { readonly name: MeasureName; readonly asked: unknown } {
  const name = measureNames.find((one) => behavior[one] !== undefined)!;
  return { name, asked: behavior[name] };
}

/** The events after the last of which a condition's count. */
export const sinceOf = ({ since }: BehaviorFields): Series | undefined => since && seriesOf(since);
