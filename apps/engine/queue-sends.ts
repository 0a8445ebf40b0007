import { refusal } from '@entente/delivery';
import { DAY, stableUuid, type ContactId } from '@entente/kernel';
import {
  audienceFacts,
  cancelWaiting,
  ledTo,
  queueMessages,
  type Enrollment,
  type QueuedMessage,
  type RecipientFacts,
  type Tx,
} from '@entente/storage';
import { survivorAmong, type Person, type Send } from './person';

/** How long a message may wait to leave before it is out of date. */
const lifetime = 4 * DAY;

/**
 * Writes the messages that steps asked for, each with why it is not queued where it may not be. That is not told of broadcasts, whose audience
 * may be a million people without permission.
 */
export async function queueSends(
  tx: Tx,
  persons: readonly Person[],
  moved: readonly Enrollment[],
  survivors: ReadonlyMap<ContactId, ContactId>,
): Promise<void> {
  const merged = moved.filter((one) => one.status === 'merged');
  for (const [at, ended] of groupBy(merged, (one) => one.endedAt!))
    await cancelWaiting(tx, ended, 'merged', at);
  const sends: { to: ContactId; send: Send }[] = [];
  for (const { id, sends: asked } of persons)
    for (const send of asked) sends.push({ to: survivorAmong(survivors, id), send });
  for (const [topic, some] of groupBy(sends, ({ send }) => send.published.campaign.topic)) {
    const facts = await audienceFacts(tx, [...new Set(some.map(({ to }) => to))], topic);
    const messages = some.map(({ to, send }) => messageOf(send, facts.get(to)));
    await queueMessages(tx, messages);
  }
}

function messageOf(send: Send, facts: RecipientFacts | undefined): QueuedMessage {
  const { enrollment, published, effect, at } = send;
  const chain = ledTo(enrollment, at);
  return {
    contact: enrollment.contact,
    id: stableUuid('message', enrollment.contact, enrollment.id, effect.step, String(effect.visit)),
    enrollment: enrollment.id,
    step: effect.step,
    visit: effect.visit,
    campaign: published.key,
    version: published.versionId,
    topic: published.campaign.topic,
    from: published.campaign.from,
    template: effect.template,
    templateVersion: effect.templateVersion,
    notQueued: refusal({ ...facts, campaign: 'live' })?.reason,
    isTold: published.kind === 'campaign',
    chain: chain.length > 0 ? chain : [published.key],
    lane: facts?.address?.split('@').at(-1) ?? '',
    at,
    expiresAt: at + lifetime,
  };
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
