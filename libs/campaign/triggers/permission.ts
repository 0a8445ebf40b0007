import { topicKey, unplanned, type TriggerKind } from './trigger';

const ACTS: readonly unknown[] = ['granted', 'confirmed'];
const EXPECTED = 'granted or confirmed';

/** `{ "permission": "confirmed", "topic": "newsletter" }`: such an entry was added to the ledger. */
export const permission: TriggerKind = {
  parse(fields, known) {
    const act = fields.value('permission');
    if (!ACTS.includes(act)) fields.wrong('permission', act, EXPECTED);
    const topic = topicKey(fields, known);
    if (topic === undefined) return undefined;
    return {
      ...unplanned,
      topic,
      startedBy: (cause) => cause.kind === 'permission' && cause.act === act && cause.topic === topic,
    };
  },
};
