import { EVERY_TOPIC } from '@entente/consent';
import type { Json } from '@entente/kernel';
import { isText } from '../read';
import type { MemoryKind } from './memory';
import { entered, type Standings } from './standings';

/** By topic, what was entered about it, and what about every topic under a name of its own. */
export type StandingsByTopic = { readonly [topic: string]: Standings };

/** For permissions of whatever topics. Picks the topic, the entry and the state. */
export const standingsByTopic: MemoryKind<StandingsByTopic> = {
  name: 'standings-by-topic',
  meaning: 1,
  add: (kept, { picked }) => enteredByTopic(kept ?? {}, picked),
  of: (items) => items.reduce<StandingsByTopic>((kept, { picked }) => enteredByTopic(kept, picked), {}),
  suffices: () => true,
  holds: () => RECKONED_TOPICS,
};

const RECKONED_TOPICS = 5;

/** The standings after one more entry of a topic. What names no topic is none. */
export function enteredByTopic(
  kept: StandingsByTopic,
  [topic, entry, state]: readonly (Json | undefined)[],
): StandingsByTopic {
  if (!isText(topic)) return kept;
  const before = Object.hasOwn(kept, topic) ? kept[topic]! : {};
  const after = entered(before, entry, state);
  return after === before ? kept : { ...kept, [topic]: after };
}

/** What each topic's entries, with those about every topic, come to; the latter alone are a topic too. */
export function topicsIn(kept: StandingsByTopic | undefined = {}): Standings[] {
  const ofAll = Object.hasOwn(kept, EVERY_TOPIC) ? kept[EVERY_TOPIC]! : {};
  return Object.values(kept).map((own) => later(own, ofAll));
}

function later(own: Standings, others: Standings): Standings {
  let all = own;
  for (const [contact, [seq, state]] of Object.entries(others))
    all = entered(all, `${contact}:${seq}`, state);
  return all;
}
