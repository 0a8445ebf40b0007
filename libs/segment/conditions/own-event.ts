import type { FeedbackName } from '@entente/event';
import { parseFilter, type Filter } from '../comparisons/filter';
import { Findings } from '../findings';
import { event, type EventCondition } from './event';

/** What a condition on what Entente itself tells says like one on events: when, and how often. */
export type HowOften = Omit<EventCondition, 'event' | 'where' | 'own'>;

export const howOftenFields = event.fields.filter((field) => field !== 'event' && field !== 'where');

const { event: _, where: __, ...whenAndHowOften } = event.schemas;
export const howOftenSchemas = whenAndHowOften;

/** Reads the fields that say when and how often. */
export function parseHowOften(
  fields: Readonly<Record<string, unknown>>,
  path: string,
  findings: Findings,
): HowOften | undefined {
  const said = Object.fromEntries(howOftenFields.map((field) => [field, fields[field]] as const));
  const parsed = event.parse({ ...said, event: 'Email Sent' }, path, findings);
  if (!parsed) return undefined;
  const { event: _, ...howOften } = parsed;
  return howOften;
}

/** The condition on events that it stands for. */
export const ownEvent = (name: FeedbackName, values: OwnValues, howOften: HowOften): EventCondition => ({
  ...howOften,
  event: name,
  own: true,
  ...whereOwn(values),
});

/** The feed of what Entente tells with these properties. */
export const ownFeed = (name: FeedbackName, values: OwnValues) =>
  ({ event: name, own: true, ...whereOwn(values) }) as const;

/** Properties, and the value or values that they may have; those without any are not asked for. */
export interface OwnValues {
  readonly [property: string]: string | readonly string[] | undefined;
}

function whereOwn(values: OwnValues): { readonly where?: Filter } {
  const asked = Object.entries(values).flatMap(([property, value]) =>
    value === undefined ? [] : [[property, typeof value === 'string' ? value : { in: value }] as const],
  );
  const where = asked.length > 0 && parseFilter(Object.fromEntries(asked), '', new Findings());
  return where ? { where } : {};
}
