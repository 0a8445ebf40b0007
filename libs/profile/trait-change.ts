import type { FactType, FeedbackName } from '@entente/event';
import type { JsonObject } from '@entente/kernel';
import { companyChange } from './company';
import type { TraitChange } from './traits';

/** What of an event says whether it sets traits, and which. */
export interface TraitEvent extends Omit<TraitChange, 'values'> {
  readonly type: FactType;
  readonly name: string;
  readonly properties: JsonObject;
}

/** What an event says of traits: those that it sets, or the company as Entente itself (`ownSource`) tells of it. */
export function traitChangeOf(event: TraitEvent, ownSource: number): TraitChange | undefined {
  const { source, at, message, properties } = event;
  if (event.type === 'identify') return { source, at, message, values: properties };
  return tellsOfCompany(event, ownSource) ? companyChange(source, properties) : undefined;
}

/** Whether an event tells a contact of their company; what others tell under that name is an event like any. */
export const tellsOfCompany = (
  { source, name }: { readonly source: number; readonly name?: string },
  ownSource: number,
): boolean => source === ownSource && name === COMPANY_CHANGED;

export const COMPANY_CHANGED = 'Company Changed' satisfies FeedbackName;
