import { LONGEST_NAME } from '@entente/event';
import { canonicalJson, isObject } from '@entente/kernel';
import { bounds } from '../bounds';
import { parseFilter, pathsIn } from '../comparisons/filter';
import { ANYTHING, isNamed, namesOf, type EventNames } from '../event-names';
import { below, type Findings } from '../findings';
import { parseSome } from '../parse-key';
import { isText } from '../read';
import { anyOf, refTo, text, type Schema } from '../schema/schema';
import { checkNames } from './check-names';
import { mailFields, parseMail, seriesOfMail, type Mail } from './mail';
import { checkOwn, checkPassages, checkProperties, isOwnName } from './own';
import { lookInto } from './own-words';
import type { Series } from './seen';

/** Events that a part of a condition is about, as authors write them: of some names that pass one filter, or what became of mails. */
export type Named = Series | Mail;

/** What such a part names. */
export const seriesOf = (named: Named): Series => ('message' in named ? seriesOfMail(named) : named);

const eventName: Schema = { ...text, maxLength: LONGEST_NAME };

/** The fields that name events, the first of which must be there. */
export const seriesSchemas = {
  event: {
    ...anyOf(eventName, { type: 'array', items: eventName, minItems: 1, maxItems: bounds.names }),
    description: `The name of events, several names, or "${ANYTHING}" for whatever somebody does.`,
  },
  own: { type: 'boolean', enum: [true], description: 'Only what Entente itself tells.' },
  where: refTo('Filter'),
} satisfies Record<keyof Series, Schema>;

export const seriesFields = Object.keys(seriesSchemas);

/** Those fields in their canonical form; only good when nothing was found. */
export function parseSeries(
  { event: names, own, where }: Readonly<Record<string, unknown>>,
  path: string,
  findings: Findings,
): Series | undefined {
  const event: EventNames | undefined = parseSome(
    names,
    below(path, 'event'),
    findings,
    parseName,
    expectedNames,
  );
  if (own !== undefined) checkOwn(own, event ?? [], below(path, 'own'), findings);
  const look = own === true ? lookInto(event ?? [], findings) : undefined;
  const filter = where === undefined ? undefined : parseFilter(where, below(path, 'where'), findings, look);
  if (own === true && event !== undefined && filter)
    checkProperties(event, pathsIn(filter), below(path, 'where'), findings);
  if (event === undefined) return undefined;
  if (filter) checkNames(event, where, below(path, 'where'), findings);
  const series = {
    event,
    ...(own !== undefined && { own: true as const }),
    ...(filter && { where: filter }),
  };
  return checkPassages(series, path, findings);
}

function parseName(raw: unknown, path: string, findings: Findings): string | undefined {
  if (!isText(raw)) return findings.add(path, 'name', 'That names no event.', expectedNames);
  return raw.length <= LONGEST_NAME
    ? raw
    : findings.mistake(raw, path, 'name', 'No event has so long a name.', expectedNames);
}

const expectedNames = `the name of an event, of up to ${LONGEST_NAME} characters, a list of 1 to ${bounds.names} names, or "${ANYTHING}" for whatever somebody does`;

/** What a condition says of other events than its own. */
interface OfOthers {
  readonly since?: Named;
  readonly ratio?: { readonly to: Named };
  readonly sum?: { readonly of: string; readonly less?: Named & { readonly of: string } };
}

/** A condition on events of a series, unless these can never come after the last of those that it is since, or are set against themselves. */
export function refuseItself<Condition extends OfOthers>(
  condition: Condition,
  series: Series,
  path: string,
  findings: Findings,
): Condition | undefined {
  const { since, ratio, sum } = condition;
  const never = (at: string): Condition | undefined =>
    findings.mistake(
      condition,
      at,
      'constant',
      'None of these comes after the last of those, which they are among.',
      'other events or mails',
    );
  if (since && takesIn(seriesOf(since), series)) return never(below(path, 'since'));
  if (since && ratio && takesIn(seriesOf(since), seriesOf(ratio.to)))
    return never(below(below(path, 'ratio'), 'to'));
  if (since && sum?.less && takesIn(seriesOf(since), seriesOf(sum.less)))
    return never(below(below(path, 'sum'), 'less'));
  if (ratio && areSame(seriesOf(ratio.to), series))
    return findings.mistake(
      condition,
      below(below(path, 'ratio'), 'to'),
      'constant',
      'These are the same events: there is one for each.',
      'other events or mails',
    );
  if (sum?.less && sum.less.of === sum.of && areSame(seriesOf(sum.less), series))
    return findings.mistake(
      condition,
      below(below(path, 'sum'), 'less'),
      'constant',
      'These are the same values: their sum less itself is 0.',
      'other events or mails, or another property of these',
    );
  return condition;
}

/** Whether all events of the second series are of the first, as far as that is plain to see. */
const takesIn = (first: Series, second: Series): boolean =>
  (first.where === undefined || canonicalJson(first.where) === canonicalJson(second.where ?? {})) &&
  (!first.own || second.own === true) &&
  namesOf(second.event).every(
    (name) => namesOf(first.event).includes(name) || (!isOwnName(name) && isNamed(first.event, { name })),
  );

const areSame = (one: Series, other: Series): boolean => takesIn(one, other) && takesIn(other, one);

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
  const known = [...(isMail ? mailFields : seriesFields), ...others];
  findings.addUnknown(raw, path, known);
  return isMail ? parseMail(raw, path, findings) : parseSeries(raw, path, findings);
}
