import { EVERY_TOPIC } from '@entente/consent';
import { feedbackNames, feedbackProperties, LONGEST_NAME, type FeedbackName } from '@entente/event';
import { canonicalJson, isObject } from '@entente/kernel';
import { bounds } from '../bounds';
import { valuesOf } from '../comparisons/comparison';
import { parseFilter, pathsIn, type Filter } from '../comparisons/filter';
import { comparisonsIn } from '../comparisons/filter-of';
import { ANYTHING, isNamed, namesOf, type EventNames } from '../event-names';
import { below, quote, type Findings } from '../findings';
import { INSTANT, isText, stepsOf } from '../read';
import { anyOf, refTo, text, type Schema } from '../schema/schema';
import { mailFields, parseMail, seriesOfMail, type Mail } from './mail';
import type { Series } from './seen';

/** Events that a part of a condition is about, as authors write them: of some names that pass one filter, or what became of mails. */
export type Named = Series | Mail;

/** What such a part names. */
export const seriesOf = (named: Named): Series => ('message' in named ? seriesOfMail(named) : named);

/** The fields that name events, the first of which must be there. */
export const seriesSchemas = {
  event: {
    ...anyOf(text, { type: 'array', items: text, minItems: 1, maxItems: bounds.names }),
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
  const event = parseNames(names, below(path, 'event'), findings);
  if (own !== undefined) checkOwn(own, event ?? [], below(path, 'own'), findings);
  const filter = where === undefined ? undefined : parseFilter(where, below(path, 'where'), findings);
  if (own === true && event !== undefined && filter)
    checkProperties(event, filter, below(path, 'where'), findings);
  return event === undefined
    ? undefined
    : { event, ...(own !== undefined && { own: true }), ...(filter && { where: filter }) };
}

function parseNames(raw: unknown, path: string, findings: Findings): EventNames | undefined {
  if (!Array.isArray(raw)) return parseName(raw, path, findings);
  if (raw.length === 0 || raw.length > bounds.names)
    return findings.add(path, 'names', `These are not 1 to ${bounds.names} names.`, expectedNames);
  const names = raw.map((one, place) => parseName(one, below(path, place), findings));
  if (names.includes(undefined)) return undefined;
  const [first, ...others] = [...new Set(names as string[])].sort();
  return others.length === 0 ? first : [first!, ...others];
}

const parseName = (raw: unknown, path: string, findings: Findings): string | undefined =>
  isText(raw) && raw.length <= LONGEST_NAME
    ? raw
    : findings.add(path, 'name', 'That names no event.', expectedNames);

const expectedNames = `the name of an event, of up to ${LONGEST_NAME} characters, a list of 1 to ${bounds.names} names, or "${ANYTHING}" for whatever somebody does`;

/** What a company's contacts are told of it they have as traits. */
const ownNames: readonly string[] = feedbackNames.filter((name) => name !== 'Company Changed');

function checkOwn(own: unknown, event: EventNames, path: string, findings: Findings): void {
  const others = namesOf(event).filter((name) => !ownNames.includes(name));
  if (own !== true) findings.add(path, 'own', 'Leave it out for events whoever told them.', 'true');
  else if (others.length > 0)
    findings.add(
      path,
      'own',
      `Of what Entente tells, nothing to ask for is called ${others.map(quote).join(', ')}.`,
      `events out of ${ownNames.join(', ')}`,
    );
}

/** What Entente tells is known: a property that none of these has is a mistake. */
function checkProperties(event: EventNames, filter: Filter, path: string, findings: Findings): void {
  const known = namesOf(event).flatMap((name) => feedbackProperties[name as FeedbackName] ?? []);
  for (const property of pathsIn(filter).filter((one) => one !== INSTANT))
    if (known.length > 0 && !known.includes(stepsOf(property)[0]!))
      findings.add(
        below(path, property),
        'property',
        `Entente tells no ${quote(property)} there.`,
        [...new Set(known), INSTANT].join(', '),
      );
}

/** The lists and topics that events of Entente itself are asked for. */
export const referencesOf = (all: readonly Series[]) => ({
  lists: all.flatMap((series) => keysAsked(series, 'list')),
  topics: all.flatMap((series) => keysAsked(series, 'topic')).filter((topic) => topic !== EVERY_TOPIC),
});

const keysAsked = ({ own, where }: Series, property: 'list' | 'topic'): string[] =>
  own
    ? comparisonsIn(where).flatMap(([path, comparison]) =>
        (path === property ? (valuesOf(comparison) ?? []) : []).map(String),
      )
    : [];

/** Whether all events of the second series are of the first, as far as that is plain to see. */
export const takesIn = (first: Series, second: Series): boolean =>
  (first.where === undefined || canonicalJson(first.where) === canonicalJson(second.where ?? {})) &&
  (!first.own || second.own === true) &&
  namesOf(second.event).every(
    (name) => namesOf(first.event).includes(name) || isNamed(first.event, { name, own: second.own === true }),
  );

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
  for (const field of Object.keys(raw).filter((name) => !known.includes(name)))
    findings.add(
      below(path, field),
      'unknown-field',
      `There is no field ${quote(field)} here.`,
      known.join(', '),
    );
  return isMail ? parseMail(raw, path, findings) : parseSeries(raw, path, findings);
}
