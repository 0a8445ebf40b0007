import { EVERY_TOPIC } from '@entente/consent';
import { feedbackNames, feedbackProperties, type FeedbackName } from '@entente/event';
import { valuesOf } from '../comparisons/comparison';
import { comparisonsIn, conjunctsOf } from '../comparisons/filter-of';
import { namesOf, type EventNames } from '../event-names';
import { below, quote, type Findings } from '../findings';
import { INSTANT, stepsOf } from '../read';
import type { Series } from './seen';

/** What a company's contacts are told of it they have as traits. */
const ownNames: readonly string[] = feedbackNames.filter((name) => name !== 'Company Changed');

/** Whether it may be Entente that tells of something by a name. */
export const isOwnName = (name: string): boolean => Object.hasOwn(feedbackProperties, name);

/** Only what Entente tells can be asked for as such. */
export function checkOwn(own: unknown, event: EventNames, path: string, findings: Findings): void {
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
export function checkProperties(
  event: EventNames,
  properties: readonly string[],
  path: string,
  findings: Findings,
): void {
  const own = namesOf(event).filter(isOwnName);
  const known = [...new Set(own.flatMap((name) => feedbackProperties[name as FeedbackName]))];
  for (const property of properties.filter((one) => one !== INSTANT))
    if (own.length > 0 && !known.includes(stepsOf(property)[0]!))
      findings.add(
        below(path, property),
        'property',
        `Entente tells no ${quote(property)} there.`,
        [...known, INSTANT].join(', '),
      );
}

const passages: readonly string[] = ['Segment Entered', 'Segment Left'] satisfies FeedbackName[];

/** Whoever counts entries and exits says of which segments: a rule must not count, through others, those of its own. */
export function checkPassages(series: Series, path: string, findings: Findings): Series | undefined {
  const asked = namesOf(series.event).filter((name) => passages.includes(name));
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

/** The lists and topics that events of Entente itself are asked for, and the segments whose entries and exits are. */
export const referencesOf = (all: readonly Series[]) => ({
  lists: all.flatMap((series) => keysAsked(series, 'list')),
  tellers: all.flatMap((series) => keysAsked(series, 'segment')),
  topics: all.flatMap((series) => keysAsked(series, 'topic')).filter((topic) => topic !== EVERY_TOPIC),
});

const keysAsked = ({ own, where }: Series, property: 'list' | 'topic' | 'segment'): string[] =>
  own
    ? comparisonsIn(where).flatMap(([path, comparison]) =>
        (path === property ? (valuesOf(comparison) ?? []) : []).map(String),
      )
    : [];
