import type { Fields, Instant } from '@entente/kernel';
import type { Facts } from '@entente/segment';
import type { Cause } from '../cause';
import type { Known } from '../known';

/** Whom a cause is about, as filters see them. */
export type Who = Pick<Facts, 'traits' | 'timeZone'>;

/** What starts a campaign. It answers for itself; nothing else asks what kind it is. */
export interface Trigger {
  /** The segment that a contact enters or leaves. */
  readonly segment?: string;
  /** The name of the event that comes with its cause: other events need not be looked at. */
  readonly event?: string;
  /** The top-level traits that its filter reads. */
  readonly traits?: readonly string[];
  /** The segment that a planned instant enrolls. */
  readonly audience?: string;
  /** Whether a cause starts the campaign for somebody; without whom it is about, whether it may. */
  startedBy(cause: Cause, who?: Who): boolean;
  /** The first planned instant after this one, if there is any. */
  nextPlanned(after: Instant): Instant | undefined;
}

export interface TriggerKind {
  /** `undefined` after it has told every problem. */
  parse(fields: Fields, known: Known): Trigger | undefined;
}

export const unplanned = { nextPlanned: () => undefined } as const;

/** Reads the key of a segment that exists. */
export function segmentKey(fields: Fields, known: Known): string | undefined {
  const key = fields.text('segment', "a segment's key");
  if (key === undefined || known.segment(key)) return key;
  return fields.problems.add(fields.at('segment'), 'unknown-segment', `there is no segment ${key}`);
}

/** Reads the key of a topic that exists. */
export function topicKey(fields: Fields, known: Known): string | undefined {
  const key = fields.text('topic', "a topic's key");
  if (key === undefined || known.topic(key)) return key;
  return fields.problems.add(fields.at('topic'), 'unknown-topic', `there is no topic ${key}`);
}
