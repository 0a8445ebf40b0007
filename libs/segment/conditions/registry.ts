import { campaign, type CampaignCondition } from './campaign';
import { event, type EventCondition } from './event';
import type { ConditionKind } from './kind';
import { list, type ListCondition } from './list';
import { message, type MessageCondition } from './message';
import { permission, type PermissionCondition } from './permission';
import { sample, type SampleCondition } from './sample';
import { segment, type SegmentCondition } from './segment';
import { sequence, type SequenceCondition } from './sequence';
import { suppressed, type SuppressedCondition } from './suppressed';
import { trait, type TraitCondition } from './trait';

/** Adding a kind of condition is one file, its line here and its type below; nothing else asks what kind a condition is. */
export const conditionKinds = {
  trait,
  event,
  sequence,
  segment,
  list,
  message,
  permission,
  suppressed,
  campaign,
  sample,
} as const;

export type Condition =
  | TraitCondition
  | EventCondition
  | SequenceCondition
  | SegmentCondition
  | ListCondition
  | MessageCondition
  | PermissionCondition
  | SuppressedCondition
  | CampaignCondition
  | SampleCondition;
type KindName = keyof typeof conditionKinds;

export const kindNames = Object.keys(conditionKinds) as KindName[];
export const kindNamed = (name: string): ConditionKind<Condition> =>
  conditionKinds[name as KindName] as unknown as ConditionKind<Condition>;

/** A checked condition has exactly one field that bears a kind's name. */
export const kindNameOf = (condition: Condition): string => kindNames.find((name) => name in condition)!;

export const kindOf = (condition: Condition): ConditionKind<Condition> => kindNamed(kindNameOf(condition));
