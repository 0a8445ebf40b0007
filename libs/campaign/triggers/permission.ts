import type { FeedbackName } from '@entente/event';
import { topicKey, unplanned, type TriggerKind } from './trigger';

/** What the ledger tells when such an entry is added to it. */
const told = {
  granted: 'Permission Granted',
  confirmed: 'Permission Confirmed',
} as const satisfies Record<string, FeedbackName>;
const EXPECTED = 'granted or confirmed';

/** `{ "permission": "confirmed", "topic": "newsletter" }`: such an entry was added to the ledger. */
export const permission: TriggerKind = {
  parse(fields, known) {
    const act = fields.value('permission');
    const topic = topicKey(fields, known);
    if (!isTold(act)) return fields.wrong('permission', act, EXPECTED);
    if (topic === undefined) return undefined;
    return {
      ...unplanned,
      event: told[act],
      startedBy: (cause) => cause.kind === 'permission' && cause.act === act && cause.topic === topic,
    };
  },
};

const isTold = (act: unknown): act is keyof typeof told =>
  typeof act === 'string' && Object.hasOwn(told, act);
