import type { Findings } from '../findings';
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
