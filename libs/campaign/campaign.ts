import type { Duration, Instant } from '@entente/kernel';
import type { Rule } from '@entente/segment';
import type { Cause } from './cause';
import type { Step, TemplateName } from './steps';
import type { Trigger, Who } from './triggers';

/** Whether a contact who has been in a campaign may come in again: not at all, once out of it, or at any time. */
export const reentries = ['never', 'after-exit', 'always'] as const;
export type Reentry = (typeof reentries)[number];

/** A workflow as its author wrote it, checked. A broadcast is one with a single planned instant and a single mail. */
export interface Campaign {
  readonly kind: 'campaign' | 'broadcast';
  readonly name?: string;
  readonly topic: string;
  readonly from: string;
  readonly triggers: readonly Trigger[];
  readonly reentry: Reentry;
  /** How old, at its arrival, an event may be that starts this. */
  readonly maxAge: Duration;
  readonly steps: readonly Step[];
  /** The rules its branches ask about. */
  rules(): Rule[];
}

export const withRules = (campaign: Omit<Campaign, 'rules'>): Campaign => ({
  ...campaign,
  rules: () => campaign.steps.flatMap(({ rules }) => rules),
});

/** The templates its mails are made of. */
export const templatesOf = (campaign: Campaign): TemplateName[] =>
  campaign.steps.flatMap(({ template }) => template ?? []);

/** Whether this cause starts the campaign for somebody, or may for anybody; its age and what the contact has been in before are asked elsewhere. */
export const startedBy = (campaign: Campaign, cause: Cause, who?: Who): boolean =>
  campaign.triggers.some((trigger) => trigger.startedBy(cause, who));

/** The first planned instant of a trigger after this one, if there is any. */
export const nextPlanned = (trigger: Trigger, after: Instant): Instant | undefined =>
  trigger.nextPlanned(after);

/** Whether a contact may come in, given whether they have ever been in, and are in now. */
export function mayEnter(
  { reentry }: Campaign,
  before: { readonly ever: boolean; readonly now: boolean },
): boolean {
  if (reentry === 'always') return true;
  return reentry === 'never' ? !before.ever : !before.now;
}
