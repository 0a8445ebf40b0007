import type { Known } from '../known';
import { Fields, type Problems } from '@entente/kernel';
import { event } from './event';
import { permission } from './permission';
import { schedule } from './schedule';
import { segmentChange } from './segment-change';
import type { Trigger, TriggerKind } from './trigger';

export { audienceIn, once, plannedFor } from './schedule';
export { topicKey, type Trigger, type Who } from './trigger';

/** By the field that makes a trigger one of them. A new kind is one file and one line here. */
export const triggerKinds = { segment: segmentChange, event, permission, schedule } satisfies Record<
  string,
  TriggerKind
>;
type TriggerKindName = keyof typeof triggerKinds;

const kindNames = Object.keys(triggerKinds) as TriggerKindName[];
const EXPECTED_KIND = `exactly one of ${kindNames.join(', ')}`;

/** Reads one trigger; undefined after it has told every problem. */
export function parseTrigger(
  value: unknown,
  path: string,
  known: Known,
  problems: Problems,
): Trigger | undefined {
  const fields = Fields.of(value, path, problems, 'a trigger');
  if (!fields) return undefined;
  const kinds = kindNames.filter((name) => fields.has(name));
  const kind = kinds[0];
  if (kind === undefined || kinds.length > 1)
    return problems.add(path, 'unknown-trigger-kind', 'it must say what starts the campaign', EXPECTED_KIND);
  const trigger = triggerKinds[kind].parse(fields, known);
  fields.refuseOthers();
  return trigger;
}
