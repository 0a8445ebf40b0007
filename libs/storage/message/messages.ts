import type { EndReason } from '@entente/delivery';
import { toIso, type ContactId, type Instant, type Uuid } from '@entente/kernel';
import type { Tx } from '../database/database';
import { subjectOf } from './subject-of';
import { tellWithheld } from './withheld';

/** Which message: it lies under the contact it was queued for, whoever survives for that contact today. */
export interface MessageId {
  readonly contact: ContactId;
  readonly id: Uuid;
}

/** A message whose time has come. */
export interface DueMessage extends MessageId {
  readonly enrollment: Uuid;
  readonly step: string;
  readonly campaign: string;
  readonly topic: string;
  readonly from: string;
  readonly template: string;
  readonly templateVersion: number;
  /** As the template has it. */
  readonly subject: string | null;
  /** The campaigns that led to it with nobody waiting, its own last; null where that is the only one. */
  readonly chain: readonly string[] | null;
  readonly attempts: number;
  readonly expiresAt: Instant;
}

interface DueRow extends Omit<DueMessage, 'expiresAt'> {
  expires_at: Date;
}

/** The oldest due messages of some lane buckets, a share from each; those of paused campaigns wait. */
export async function dueMessages(
  tx: Tx,
  query: { readonly buckets: readonly number[]; readonly now: Instant; readonly limit: number },
): Promise<DueMessage[]> {
  const { buckets, now, limit } = query;
  if (buckets.length === 0) return [];
  const rows = await tx.query<DueRow>(
    `SELECT due.contact_id AS contact, due.id, enrollment_id AS enrollment, step, campaign_key AS campaign, topic,
       from_key AS "from", template_key AS template, template_version AS "templateVersion", ${subjectOf('due')} AS subject, chain, attempts, expires_at
     FROM unnest($1::smallint[]) AS own (bucket)
     CROSS JOIN LATERAL (
       SELECT * FROM message
       WHERE status = 'waiting' AND message.bucket = own.bucket AND not_before <= $2
         AND campaign_key <> ALL (ARRAY(SELECT key FROM campaign WHERE status = 'paused'))
       ORDER BY not_before LIMIT $3) due
     ORDER BY due.not_before LIMIT $3`,
    [buckets, toIso(now), limit],
  );
  return rows.map(({ expires_at, ...row }) => ({ ...row, expiresAt: expires_at.getTime() }));
}

/** When the next message of these buckets becomes due, if one waits at all. */
export async function nextDue(tx: Tx, buckets: readonly number[]): Promise<Instant | undefined> {
  const [row] = await tx.query<{ at: Date | null }>(
    `SELECT min(first.not_before) AS at FROM unnest($1::smallint[]) AS own (bucket)
     CROSS JOIN LATERAL (
       SELECT not_before FROM message
       WHERE status = 'waiting' AND message.bucket = own.bucket
         AND campaign_key <> ALL (ARRAY(SELECT key FROM campaign WHERE status = 'paused'))
       ORDER BY not_before LIMIT 1) first`,
    [buckets],
  );
  return row?.at?.getTime();
}

/** A message that may leave, with what allowed it. */
export interface Release extends MessageId {
  readonly addressHash: Buffer;
  readonly entry?: { readonly contact: ContactId; readonly seq: number };
}

/**
 * Marks waiting messages as on their way; gives those it found waiting. `at` with `by` names this very release from now on.
 * The caller holds the locks of the addresses, and has asked the gates in this transaction.
 */
export async function releaseMessages(
  tx: Tx,
  releases: readonly Release[],
  { by, at }: { readonly by: Uuid; readonly at: Instant },
): Promise<Set<Uuid>> {
  if (releases.length === 0) return new Set();
  const rows = await tx.query<{ id: Uuid }>(
    `UPDATE message SET status = 'sending', reason = NULL, attempts = attempts + 1, released_at = $2, released_by = $3,
       address_hash = decode(r.address_hash, 'hex'), entry_contact = r.entry_contact, entry_seq = r.entry_seq
     FROM json_to_recordset($1::json)
       AS r (contact bigint, id uuid, address_hash text, entry_contact bigint, entry_seq integer)
     WHERE message.contact_id = r.contact AND message.id = r.id AND message.status = 'waiting'
     RETURNING message.id`,
    [JSON.stringify(releases.map(releaseRow)), toIso(at), by],
  );
  return new Set(rows.map(({ id }) => id));
}

const releaseRow = ({ contact, id, addressHash, entry }: Release) => ({
  contact,
  id,
  address_hash: addressHash.toString('hex'),
  entry_contact: entry?.contact ?? null,
  entry_seq: entry?.seq ?? null,
});

/** How a message ends without having been released. */
export interface Stopped extends MessageId {
  readonly status: 'refused' | 'canceled' | 'expired' | 'failed';
  readonly reason: EndReason;
  readonly entry?: { readonly contact: ContactId; readonly seq: number };
}

/** Ends messages that still wait, and tells of them. */
export async function stopMessages(tx: Tx, stopped: readonly Stopped[], at: Instant): Promise<void> {
  if (stopped.length === 0) return;
  const rows = stopped.map(({ entry, ...one }) => ({
    ...one,
    entry_contact: entry?.contact ?? null,
    entry_seq: entry?.seq ?? null,
  }));
  const ended = await tx.query<MessageId & Record<string, unknown>>(
    `UPDATE message SET status = s.status, reason = s.reason, ended_at = $2, entry_contact = s.entry_contact,
       entry_seq = s.entry_seq
     FROM json_to_recordset($1::json)
       AS s (contact bigint, id uuid, status text, reason text, entry_contact bigint, entry_seq integer)
     WHERE message.contact_id = s.contact AND message.id = s.id AND message.status = 'waiting'
     RETURNING message.contact_id AS contact, message.id`,
    [JSON.stringify(rows), toIso(at)],
  );
  await tellWithheld(tx, ended);
}

/** What became of a release. A `waiting` one is tried again from `notBefore` on. */
export interface Ended extends MessageId {
  readonly releasedAt: Instant;
  readonly status: 'sent' | 'failed' | 'unknown' | 'expired' | 'waiting';
  readonly reason?: string;
  readonly reply: string;
  readonly notBefore?: Instant;
  /** Whether one of the message's attempts is used up; default true. */
  readonly counts?: boolean;
}

/**
 * Writes outcomes of releases by this sender, and gives the messages they held for. One that was given up as unknown meanwhile learns
 * what its own sender knows; anything else that happened to it stays.
 */
export async function endReleases(
  tx: Tx,
  ended: readonly Ended[],
  { by, at }: { readonly by: Uuid; readonly at: Instant },
): Promise<Set<Uuid>> {
  if (ended.length === 0) return new Set();
  const rows = await tx.query<{ id: Uuid }>(
    `UPDATE message SET status = e.status, reason = e.reason, reply = e.reply,
       not_before = coalesce(e.not_before, message.not_before),
       attempts = message.attempts - e.unused,
       ended_at = CASE WHEN e.status = 'waiting' THEN NULL ELSE $3::timestamptz END
     FROM json_to_recordset($1::json) AS e (contact bigint, id uuid, released_at timestamptz, status text, reason text,
       reply text, not_before timestamptz, unused smallint)
     WHERE message.contact_id = e.contact AND message.id = e.id AND message.status IN ('sending', 'unknown')
       AND message.released_by = $2 AND message.released_at = e.released_at
     RETURNING message.id`,
    [JSON.stringify(ended.map(endedRow)), by, toIso(at)],
  );
  return new Set(rows.map(({ id }) => id));
}

const endedRow = (one: Ended) => ({
  contact: one.contact,
  id: one.id,
  released_at: toIso(one.releasedAt),
  status: one.status,
  reason: one.reason ?? null,
  reply: one.reply,
  not_before: one.notBefore === undefined ? null : toIso(one.notBefore),
  unused: one.counts === false ? 1 : 0,
});
