import { EVERY_TOPIC } from '@entente/consent';
import { feedbackNames, feedbackProperties, isPassage, type FeedbackName } from '@entente/event';
import { valuesOf, type Comparison } from '../comparisons/comparison';
import { comparisonsIn, conjunctsOf } from '../comparisons/filter-of';
import { namesOf, type EventNames } from '../event-names';
import { below, quote, type Findings } from '../findings';
import { INSTANT, NAME } from '../read';
import type { Series } from './seen';

/** Whether it may be Entente that tells of something by a name. */
export const isOwnName = (name: string): boolean => Object.hasOwn(feedbackProperties, name);

/** Only what Entente tells can be asked for as such. */
export function checkOwn(own: unknown, event: EventNames, path: string, findings: Findings): void {
  const others = namesOf(event).filter((name) => !isOwnName(name));
  if (own !== true) findings.add(path, 'own', 'Leave it out for events whoever told them.', 'true');
  else if (others.length > 0)
    findings.add(
      path,
      'own',
      `Of what Entente tells, nothing to ask for is called ${others.map(quote).join(', ')}.`,
      `events out of ${feedbackNames.join(', ')}`,
    );
}

/** What Entente tells is known: a property that none of these has is a mistake. */
export function checkProperty(event: EventNames, property: string, path: string, findings: Findings): void {
  const own = namesOf(event).filter(isOwnName);
  const known = [...new Set(own.flatMap((name) => feedbackProperties[name as FeedbackName]))];
  const isKnown = [...known, INSTANT, NAME].some((one) => one === property || isInside(property, one));
  if (own.length > 0 && !isKnown)
    findings.mistake(
      property,
      path,
      'property',
      `Entente tells no ${quote(property)} there.`,
      [...known, INSTANT, NAME].join(', '),
    );
}

/** The same of those that a filter asks for. */
export function checkProperties(
  event: EventNames,
  properties: readonly string[],
  path: string,
  findings: Findings,
): void {
  for (const property of properties) checkProperty(event, property, below(path, property), findings);
}

/** Whoever counts entries and exits says of which segments: a rule must not count, through others, those of its own. */
export function checkPassages(series: Series, path: string, findings: Findings): Series | undefined {
  const asked = namesOf(series.event).filter(isPassage);
  const isOfSome = conjunctsOf(series.where).some(
    ([path, comparison]) => path === 'segment' && valuesOf(comparison) !== undefined,
  );
  if (asked.length === 0 || (series.own && isOfSome)) return series;
  return findings.mistake(
    series,
    path,
    'passage',
    `${asked.map(quote).join(' and ')} are told by Entente of single segments.`,
    '"own": true, and in "where" the segment or a list of them: { "segment": "vip" }',
  );
}

/** Only of a company more is told than a text, a number or a list. */
const isInside = (property: string, whole: string): boolean =>
  whole === 'company' && property.startsWith('company.');

const referred = { list: 'list', topic: 'topic', segment: 'teller' } as const;

/** Takes down the lists, topics and segments that events of Entente itself are asked for. */
export const referTo =
  ({ references }: Findings) =>
  (property: string, comparison: Comparison, path: string): void => {
    if (!Object.hasOwn(referred, property)) return;
    const to = referred[property as keyof typeof referred];
    for (const key of (valuesOf(comparison) ?? []).map(String))
      if (to !== 'topic' || key !== EVERY_TOPIC) references.push({ to, key, path });
  };

/** The segments of which entries and exits are counted. */
export const tellersIn = (all: readonly Series[]): string[] =>
  all
    .filter(({ own }) => own === true)
    .flatMap(({ where }) => comparisonsIn(where))
    .flatMap(([path, comparison]) => (path === 'segment' ? (valuesOf(comparison) ?? []) : []))
    .map(String);
