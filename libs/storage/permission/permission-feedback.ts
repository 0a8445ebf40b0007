import { EVERY_TOPIC, type Act, type Standings } from '@entente/consent';
import type { FeedbackName } from '@entente/event';
import { unsubscribedFeedback } from '@entente/feedback';
import type { Told } from '../outbox';
import type { EntryId, OptOut, Recorded, Resolved } from './permission-requests';

const names: Partial<Record<Act, FeedbackName>> = {
  granted: 'Permission Granted',
  confirmed: 'Permission Confirmed',
  withdrawn: 'Permission Withdrawn',
  objected: 'Permission Withdrawn',
};

interface Outcome {
  readonly request: Resolved;
  readonly recorded: Recorded;
  /** The survivor's standings before. */
  readonly before: Standings;
}

/** What is told about a new entry: one fact, and for an entry about every topic one for each topic that it moved as well. */
export function permissionTold({ request, recorded, before }: Outcome): Told[] {
  const name = names[request.act];
  if (recorded.refused || recorded.already || !name) return [];
  const moved = request.topic === EVERY_TOPIC ? [...before.keys()] : [];
  return [...new Set([request.topic, ...moved])].map((topic) => ({
    contact: request.survivor,
    name,
    at: request.at,
    cause: causeOf(recorded.entry, topic === request.topic ? undefined : topic),
    properties: {
      topic,
      entry: entryText(recorded.entry),
      basis: request.basis,
      actor: request.actor,
    },
    imported: request.actor === 'import',
    ...(request.effects && { effects: true }),
  }));
}

export const optOutTold = ({ contact, topic, at, message }: OptOut, entry: EntryId): Told =>
  unsubscribedFeedback({ contact, topic, entry: entryText(entry), ...(message && { message }) }, at);

/** How an entry is named outside: `<contact>:<seq>`. */
export const entryText = ({ contact, seq }: EntryId): string => `${contact}:${seq}`;

const causeOf = (entry: EntryId, topic?: string): string =>
  `permission:${entryText(entry)}${topic === undefined ? '' : `:${topic}`}`;
