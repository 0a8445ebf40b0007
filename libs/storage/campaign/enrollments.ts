import type { EnrollmentState } from '@entente/campaign';
import { toIso, type ContactId, type Instant, type JsonObject, type Uuid } from '@entente/kernel';
import { bigintArray } from '../database/binary-array';
import type { Tx } from '../database/database';

export type EnrollmentStatus = EnrollmentState['status'] | 'merged' | 'canceled';

/** One contact's walk through one campaign version. */
export interface Enrollment {
  readonly contact: ContactId;
  readonly id: Uuid;
  readonly campaign: string;
  readonly version: number;
  readonly cause: JsonObject;
  readonly status: EnrollmentStatus;
  readonly state: EnrollmentState;
  readonly enteredAt: Instant;
  readonly endedAt: Instant | undefined;
  /** In the transaction in which it begins only: the campaigns that led to it with nobody waiting, itself last. */
  readonly begunBy?: readonly string[];
}

/** The campaigns that led to what a walk does at an instant with nobody waiting, itself last; none where it waited before, maybe in the same transaction. */
export const ledTo = (
  { begunBy = [], enteredAt }: Pick<Enrollment, 'begunBy' | 'enteredAt'>,
  at: Instant,
): readonly string[] => (at === enteredAt ? begunBy : []);

interface Row {
  contact_id: ContactId;
  id: Uuid;
  campaign_key: string;
  version_id: number;
  cause: JsonObject;
  status: EnrollmentStatus;
  state: EnrollmentState;
  entered_at: Date;
  ended_at: Date | null;
}

/** The open enrollments of these persons, by the contact of theirs who has them, the oldest first. */
export async function loadEnrollments(
  tx: Tx,
  persons: readonly ContactId[],
): Promise<Map<ContactId, Enrollment[]>> {
  const enrollments = new Map<ContactId, Enrollment[]>();
  if (persons.length === 0) return enrollments;
  const rows = await tx.prepared<Row>(
    `SELECT contact_id, id, campaign_key, version_id, cause, status, state, entered_at, ended_at
     FROM enrollment
     WHERE contact_id = ANY($1::bigint[] || ARRAY(SELECT contact_id FROM lineage WHERE survivor_id = ANY($1::bigint[])))
       AND ended_at IS NULL
     ORDER BY entered_at, id`,
    [bigintArray(persons)],
  );
  for (const row of rows) {
    const own = enrollments.get(row.contact_id);
    if (own) own.push(enrollment(row));
    else enrollments.set(row.contact_id, [enrollment(row)]);
  }
  return enrollments;
}

/** By campaign, what is known of a contact's enrollments that have ended: there were some, these among them. */
export type PastEnrollments = ReadonlyMap<string, ReadonlySet<Uuid>>;

export interface PastQuestion {
  readonly contact: ContactId;
  /** Those that ended at this instant or later are asked for one by one. */
  readonly since: Instant;
  /** And these, whenever they ended. */
  readonly ids: readonly Uuid[];
}

/** The campaigns that contacts have been in and are out of, and the enrollments asked for. */
export async function loadPast(
  tx: Tx,
  questions: readonly PastQuestion[],
): Promise<Map<ContactId, PastEnrollments>> {
  const past = new Map<ContactId, Map<string, Set<Uuid>>>();
  if (questions.length === 0) return past;
  const asked = questions.flatMap(({ contact, ids }) => ids.map((id) => ({ contact, id })));
  const rows = await tx.query<{ contact_id: ContactId; campaign_key: string; id: Uuid | null }>(
    `WITH RECURSIVE asked (contact_id, since) AS (
       SELECT contact_id, since FROM unnest($1::bigint[], $2::timestamptz[]) AS q (contact_id, since)
     ), been (contact_id, campaign_key) AS (
       SELECT contact_id, (SELECT min(campaign_key) FROM enrollment e WHERE e.contact_id = asked.contact_id) FROM asked
       UNION ALL
       SELECT contact_id, (
         SELECT min(campaign_key) FROM enrollment e
         WHERE e.contact_id = been.contact_id AND e.campaign_key > been.campaign_key
       ) FROM been WHERE campaign_key IS NOT NULL
     )
     SELECT contact_id, campaign_key, NULL AS id FROM been WHERE campaign_key IS NOT NULL
     UNION ALL
     SELECT contact_id, campaign_key, id FROM asked JOIN enrollment USING (contact_id) WHERE ended_at >= since
     UNION ALL
     SELECT contact_id, campaign_key, id FROM unnest($3::bigint[], $4::uuid[]) AS one (contact_id, id)
     JOIN enrollment USING (contact_id, id)`,
    [
      questions.map(({ contact }) => contact),
      questions.map(({ since }) => (since === -Infinity ? '-infinity' : toIso(since))),
      asked.map(({ contact }) => contact),
      asked.map(({ id }) => id),
    ],
  );
  for (const { contact_id: contact, campaign_key: campaign, id } of rows) {
    if (!past.has(contact)) past.set(contact, new Map());
    const campaigns = past.get(contact)!;
    if (!campaigns.has(campaign)) campaigns.set(campaign, new Set());
    if (id !== null) campaigns.get(campaign)!.add(id);
  }
  return past;
}

const enrollment = (row: Row): Enrollment => ({
  contact: row.contact_id,
  id: row.id,
  campaign: row.campaign_key,
  version: row.version_id,
  cause: row.cause,
  status: row.status,
  state: row.state,
  enteredAt: row.entered_at.getTime(),
  endedAt: row.ended_at?.getTime(),
});

/** Writes new enrollments and where old ones have come to. */
export async function writeEnrollments(tx: Tx, enrollments: readonly Enrollment[]): Promise<void> {
  if (enrollments.length === 0) return;
  const rows = enrollments.map((one) => ({
    contact_id: one.contact,
    id: one.id,
    campaign_key: one.campaign,
    version_id: one.version,
    cause: one.cause,
    status: one.status,
    state: one.state,
    wake_at: one.status === 'active' && one.state.wakeAt !== null ? toIso(one.state.wakeAt) : null,
    entered_at: toIso(one.enteredAt),
    ended_at: one.endedAt === undefined ? null : toIso(one.endedAt),
  }));
  await tx.run(
    `INSERT INTO enrollment (contact_id, id, campaign_key, version_id, cause, status, state, wake_at, entered_at, ended_at)
     SELECT contact_id, id, campaign_key, version_id, cause, status, state, wake_at, entered_at, ended_at
     FROM json_to_recordset($1::json) AS e (contact_id bigint, id uuid, campaign_key text, version_id integer,
       cause jsonb, status text, state jsonb, wake_at timestamptz, entered_at timestamptz, ended_at timestamptz)
     ON CONFLICT (contact_id, id) DO UPDATE
     SET status = excluded.status, state = excluded.state, wake_at = excluded.wake_at, ended_at = excluded.ended_at`,
    [JSON.stringify(rows)],
  );
}
