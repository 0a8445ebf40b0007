import { toIso, type ContactId, type Instant, type Uuid } from '@entente/kernel';
import type { Tx } from '../database/database';
import { subjectOf } from './subject-of';

/** What can be the state of a message that was queued (promise 8). */
export const queuedStatuses = [
  'waiting',
  'sending',
  'sent',
  'failed',
  'refused',
  'canceled',
  'expired',
  'unknown',
] as const;
export const messageStatuses = ['not-queued', ...queuedStatuses] as const;
export type MessageStatus = (typeof messageStatuses)[number];

/** A row of the send ledger. */
export interface MessageRow {
  readonly contact: ContactId;
  readonly id: Uuid;
  readonly campaign: string;
  readonly step: string;
  readonly visit: number;
  readonly topic: string;
  readonly from: string;
  readonly template: string;
  readonly templateVersion: number;
  readonly subject: string | null;
  /** The campaigns that led to it with nobody waiting, its own last; null where that is the only one. */
  readonly chain: readonly string[] | null;
  readonly status: MessageStatus;
  readonly reason: string | null;
  /** The permission entry that allowed the release, as `contact:seq`. */
  readonly entry: string | null;
  readonly attempts: number;
  readonly notBefore: Date;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly releasedAt: Date | null;
  readonly endedAt: Date | null;
  readonly reply: string | null;
}

const columns = `contact_id AS contact, id, campaign_key AS campaign, step, visit, topic, from_key AS "from",
  template_key AS template, template_version AS "templateVersion", ${subjectOf('message')} AS subject, chain, status, reason,
  entry_contact || ':' || entry_seq AS entry, attempts, not_before AS "notBefore", expires_at AS "expiresAt",
  created_at AS "createdAt", released_at AS "releasedAt", ended_at AS "endedAt", reply`;

export async function findMessage(
  tx: Tx,
  contact: ContactId,
  id: Uuid,
  lock: '' | 'FOR UPDATE' = '',
): Promise<MessageRow | undefined> {
  const [row] = await tx.query<MessageRow>(
    `SELECT ${columns} FROM message WHERE contact_id = $1 AND id = $2 ${lock}`,
    [contact, id],
  );
  return row;
}

export interface MessageFilter {
  readonly after?: readonly [contact: ContactId, id: Uuid];
  readonly limit: number;
  readonly campaign?: string;
  readonly status?: MessageStatus;
  readonly contacts?: readonly ContactId[];
}

/** Messages in the order of their contacts' ids. */
export const listMessages = (tx: Tx, filter: MessageFilter): Promise<MessageRow[]> =>
  tx.query<MessageRow>(
    `SELECT ${columns} FROM message
     WHERE ($1::bigint IS NULL OR (contact_id, id) > ($1, $2::uuid))
       AND ($3::text IS NULL OR campaign_key = $3) AND ($4::text IS NULL OR status = $4)
       AND ($5::bigint[] IS NULL OR contact_id = ANY($5))
     ORDER BY contact_id, id LIMIT $6`,
    [
      filter.after?.[0] ?? null,
      filter.after?.[1] ?? null,
      filter.campaign ?? null,
      filter.status ?? null,
      filter.contacts ?? null,
      filter.limit,
    ],
  );

/** Says what became of a message whose outcome was not known; the caller holds its row. */
export async function settleUnknown(
  tx: Tx,
  { contact, id }: Pick<MessageRow, 'contact' | 'id'>,
  as: { readonly status: 'sent' | 'failed'; readonly evidence: string; readonly at: Instant },
): Promise<void> {
  await tx.run(
    `UPDATE message SET status = $3, reason = 'settled-by-hand', reply = $4, ended_at = $5
     WHERE contact_id = $1 AND id = $2 AND status = 'unknown'`,
    [contact, id, as.status, as.evidence, toIso(as.at)],
  );
}

export interface EnrollmentRow {
  readonly contact: ContactId;
  readonly id: Uuid;
  readonly campaign: string;
  readonly version: number;
  readonly cause: unknown;
  readonly status: string;
  readonly wakeAt: Date | null;
  readonly enteredAt: Date;
  readonly endedAt: Date | null;
}

/** How often the contacts of a lineage went into a campaign, the latest first. */
export const listEnrollments = (
  tx: Tx,
  lineage: readonly ContactId[],
  campaign: string,
): Promise<EnrollmentRow[]> =>
  tx.query<EnrollmentRow>(
    `SELECT e.contact_id AS contact, e.id, e.campaign_key AS campaign, v.version, e.cause, e.status,
       e.wake_at AS "wakeAt", e.entered_at AS "enteredAt", e.ended_at AS "endedAt"
     FROM enrollment e JOIN campaign_version v ON v.id = e.version_id
     WHERE e.contact_id = ANY($1::bigint[]) AND e.campaign_key = $2 ORDER BY e.entered_at DESC, e.id LIMIT 100`,
    [lineage, campaign],
  );

/** Which of these contacts have been in a campaign, themselves or as somebody who became part of them. */
export async function alreadyIn(
  tx: Tx,
  contacts: readonly ContactId[],
  campaign: string,
): Promise<Set<ContactId>> {
  const rows = await tx.query<{ contact: ContactId }>(
    `SELECT DISTINCT coalesce(l.survivor_id, e.contact_id) AS contact
     FROM enrollment e LEFT JOIN lineage l ON l.contact_id = e.contact_id
     WHERE e.campaign_key = $2 AND (e.contact_id = ANY($1::bigint[]) OR l.survivor_id = ANY($1::bigint[]))`,
    [contacts, campaign],
  );
  return new Set(rows.map(({ contact }) => contact));
}
