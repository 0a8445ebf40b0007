import { EVERY_TOPIC, standingFor, type Act, type Standings } from '@entente/consent';
import type { FeedbackName } from '@entente/event';
import { unsubscribedFeedback } from '@entente/feedback';
import type { ContactId } from '@entente/kernel';
import type { Told } from '../outbox';
import type { EntryId, Recorded, Resolved } from './permission-requests';

const names: Record<Act, FeedbackName> = {
  granted: 'Permission Granted',
  confirmed: 'Permission Confirmed',
  withdrawn: 'Permission Withdrawn',
  paused: 'Permission Paused',
  objected: 'Permission Withdrawn',
};

/** What an entry made of one contact's standings. */
interface Move {
  readonly contact: ContactId;
  readonly before: Standings;
  readonly after: Standings;
}

/** What became of a request. */
export interface Outcome {
  readonly request: Resolved;
  readonly recorded: Recorded;
  /** Of every contact of the person, the survivor first. */
  readonly moves: readonly Move[];
}

/**
 * What is told about a new entry: one fact, and for an entry about every topic one for each topic that it moved as well. Where it was
 * entered for other contacts of the person too, each is told of its own, so that all is known of them when they part again.
 */
export function permissionTold({ request, recorded, moves }: Outcome): Told[] {
  if (recorded.refused || recorded.already) return [];
  const [survivor, ...others] = moves;
  const topics = request.topic === EVERY_TOPIC ? [...survivor!.before.keys()] : [];
  const told = [...new Set([request.topic, ...topics])].map((topic) =>
    fact(names[request.act], request, survivor!, recorded.entry, topic),
  );
  return [...told, ...others.flatMap((move) => shared(request, move))];
}

/** One fact for each standing of another contact that changed. */
const shared = (request: Resolved, move: Move): Told[] =>
  [...move.after]
    .filter(([topic, standing]) => move.before.get(topic) !== standing)
    .map(([topic, { seq }]) =>
      fact('Permission Shared', request, move, { contact: move.contact, seq }, topic),
    );

const fact = (
  name: FeedbackName,
  request: Resolved,
  { contact, after }: Move,
  entry: EntryId,
  topic: string,
): Told => ({
  contact,
  name,
  at: request.at,
  cause: causeOf(entry, topic === request.topic ? undefined : topic),
  properties: {
    topic,
    entry: entryText(entry),
    basis: request.basis,
    actor: request.actor,
    ...stateProperty(after, topic),
    ...request.origin,
  },
  imported: request.actor === 'import',
  ...(request.effects && { effects: true }),
});

/** How the contact stands to the topic since. */
function stateProperty(after: Standings, topic: string): { readonly state?: Act } {
  const standing = standingFor(after, topic);
  return standing ? { state: standing.state } : {};
}

/** What is told about an opt-out, which is a new entry. */
export const optOutTold = ({ contact, topic, at, origin }: Resolved, entry: EntryId): Told =>
  unsubscribedFeedback({ contact, topic, entry: entryText(entry), origin }, at);

/** How an entry is named outside: `<contact>:<seq>`. */
export const entryText = ({ contact, seq }: EntryId): string => `${contact}:${seq}`;

const causeOf = (entry: EntryId, topic?: string): string =>
  `permission:${entryText(entry)}${topic === undefined ? '' : `:${topic}`}`;
