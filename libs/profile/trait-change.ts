import type { Fact, FactType, FeedbackName } from '@entente/event';
import type { Instant, JsonObject, Uuid } from '@entente/kernel';
import { companyChange } from './company';
import type { TraitChange } from './traits';

/** What is looked at of an event that may say something of traits. */
export interface Saying {
  readonly type: FactType;
  readonly source: number;
  readonly name: string;
  readonly at: Instant;
  readonly message: Uuid;
  readonly properties: JsonObject;
}

/** What an event says of traits: those that it sets, or the company as Entente itself, the source `own`, tells of it. */
export function traitChangeOf(event: Saying, own: number): TraitChange | undefined {
  const { source, at, message, properties } = event;
  if (event.type === 'identify') return { source, at, message, values: properties };
  return tellsOfCompany(event, own) ? companyChange(source, properties) : undefined;
}

/** Whether an event tells a contact of their company; what others tell under that name is an event like any. */
export const tellsOfCompany = ({ source, name }: Pick<Fact, 'source' | 'name'>, own: number): boolean =>
  source === own && name === COMPANY_CHANGED;

export const COMPANY_CHANGED = 'Company Changed' satisfies FeedbackName;
