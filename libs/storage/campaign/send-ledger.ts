import type { EndReason } from '@entente/delivery';
import { toIso, type ContactId, type Instant, type Uuid } from '@entente/kernel';
import { bigintArray, textArray } from '../database/binary-array';
import type { Tx } from '../database/database';
import { tellWithheld } from '../message/withheld';

/** Shares of the recipient domains by which senders divide the work. */
export const laneBuckets = 32;

/** A message as a campaign decided it: one row per enrollment, step and visit, for everybody a send considered. */
export interface QueuedMessage {
  readonly contact: ContactId;
  readonly id: Uuid;
  readonly enrollment: Uuid;
  readonly step: string;
  readonly visit: number;
  readonly campaign: string;
  readonly version: number;
  readonly topic: string;
  readonly from: string;
  readonly template: string;
  readonly templateVersion: number | undefined;
  /** Why it was not even queued; undefined for a message that waits. */
  readonly notQueued: EndReason | undefined;
  /** Whether that is told. */
  readonly isTold: boolean;
  /** The campaigns that led to it with nobody waiting, its own last. */
  readonly chain: readonly string[];
  /** The recipient's domain. */
  readonly lane: string;
  readonly at: Instant;
  readonly expiresAt: Instant;
}

/** Channel on which senders hear that messages wait. */
export const messageWaiting = 'message_waiting';

/** Writes messages to the ledger, and tells of those that are not queued; one that is there already stays as it is. Without a version the template's current one is meant. */
export async function queueMessages(tx: Tx, messages: readonly QueuedMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const written = await tx.query<{ id: Uuid }>(
    `INSERT INTO message (contact_id, id, enrollment_id, step, visit, campaign_key, version_id, topic, from_key,
       template_key, template_version, status, reason, chain, lane, bucket, not_before, expires_at, created_at, ended_at)
     SELECT m.contact_id, m.id, m.enrollment_id, m.step, m.visit, m.campaign_key, m.version_id, m.topic, m.from_key,
       m.template_key, coalesce(m.template_version, template.version, 0),
       CASE WHEN m.reason IS NULL THEN 'waiting' ELSE 'not-queued' END, m.reason,
       m.chain, m.lane, abs(hashtext(m.lane)::bigint) % ${laneBuckets}, m.at, m.expires_at, m.at,
       CASE WHEN m.reason IS NULL THEN NULL ELSE m.at END
     FROM json_to_recordset($1::json) AS m (contact_id bigint, id uuid, enrollment_id uuid, step text, visit integer,
       campaign_key text, version_id integer, topic text, from_key text, template_key text,
       template_version integer, reason text, chain text[], lane text, at timestamptz, expires_at timestamptz)
     LEFT JOIN template ON template.key = m.template_key
     ON CONFLICT DO NOTHING RETURNING id`,
    [JSON.stringify(messages.map(messageRow))],
  );
  const news = new Set(written.map(({ id }) => id));
  await tellWithheld(
    tx,
    messages.filter(({ id, isTold, notQueued }) => isTold && notQueued !== undefined && news.has(id)),
  );
  if (messages.some((message) => message.notQueued === undefined)) await tx.run(`NOTIFY ${messageWaiting}`);
}

const messageRow = (message: QueuedMessage) => ({
  contact_id: message.contact,
  id: message.id,
  enrollment_id: message.enrollment,
  step: message.step,
  visit: message.visit,
  campaign_key: message.campaign,
  version_id: message.version,
  topic: message.topic,
  from_key: message.from,
  template_key: message.template,
  template_version: message.templateVersion ?? null,
  reason: message.notQueued ?? null,
  chain: message.chain.length > 1 ? message.chain : null,
  lane: message.lane,
  at: toIso(message.at),
  expires_at: toIso(message.expiresAt),
});

/**
 * Of one mail that waits for several contacts who are one person now, keeps the oldest. `repeating` are campaigns that send
 * for every cause, where two mails are two mails, unless one cause enrolled both: a planned instant.
 */
export async function cancelTwins(
  tx: Tx,
  lineages: ReadonlyMap<ContactId, readonly ContactId[]>,
  repeating: readonly string[],
  at: Instant,
): Promise<void> {
  const pairs = [...lineages].flatMap(([survivor, contacts]) =>
    contacts.map((contact) => ({ survivor, contact })),
  );
  if (pairs.length === lineages.size) return;
  await tx.prepared(
    // By contact, one by one: joined, or by an index of the status, all that waits may be read; IS NOT DISTINCT FROM uses none.
    `WITH own AS MATERIALIZED (
       SELECT part.survivor_id, message.* FROM unnest($1::bigint[], $2::bigint[]) AS part (contact_id, survivor_id)
       CROSS JOIN LATERAL (
         SELECT contact_id, id, campaign_key, step, visit, enrollment_id, status, created_at FROM message
         WHERE contact_id = part.contact_id OFFSET 0
       ) AS message
       WHERE status IN ('waiting', 'sending', 'sent', 'unknown')
     ), twins AS (
       SELECT contact_id, id FROM own AS twin
       WHERE status = 'waiting' AND EXISTS (
         SELECT 1 FROM own AS older
         WHERE older.survivor_id = twin.survivor_id AND older.contact_id <> twin.contact_id
           AND older.campaign_key = twin.campaign_key AND older.step = twin.step AND older.visit = twin.visit
           AND (older.enrollment_id = twin.enrollment_id OR twin.campaign_key <> ALL($3::text[]))
           AND (older.created_at, older.id) < (twin.created_at, twin.id))
     )
     UPDATE message SET status = 'canceled', reason = 'merged', ended_at = $4
     FROM twins
     WHERE message.contact_id = ANY($1::bigint[]) AND message.contact_id = twins.contact_id AND message.id = twins.id
       AND message.status IS NOT DISTINCT FROM 'waiting'`,
    [
      bigintArray(pairs.map((one) => one.contact)),
      bigintArray(pairs.map((one) => one.survivor)),
      textArray(repeating),
      toIso(at),
    ],
  );
}

/** Cancels what these enrollments still have waiting: their walk ended before it could leave. */
export async function cancelWaiting(
  tx: Tx,
  enrollments: readonly { readonly contact: ContactId; readonly id: Uuid }[],
  reason: string,
  at: Instant,
): Promise<void> {
  if (enrollments.length === 0) return;
  await tx.run(
    `UPDATE message SET status = 'canceled', reason = $3, ended_at = $4
     FROM unnest($1::bigint[], $2::uuid[]) AS e (contact_id, id)
     WHERE message.contact_id = e.contact_id AND message.enrollment_id = e.id AND message.status = 'waiting'`,
    [enrollments.map((one) => one.contact), enrollments.map((one) => one.id), reason, toIso(at)],
  );
}
