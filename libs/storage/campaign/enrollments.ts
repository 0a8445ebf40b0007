import type { EnrollmentState } from '@entente/campaign';
import { toIso, type ContactId, type Instant, type JsonObject, type Uuid } from '@entente/kernel';
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
}

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

/** Every enrollment of these contacts, the ended ones too, by contact, the oldest first. */
export async function loadEnrollments(
  tx: Tx,
  contacts: readonly ContactId[],
): Promise<Map<ContactId, Enrollment[]>> {
  const enrollments = new Map<ContactId, Enrollment[]>(contacts.map((contact) => [contact, []]));
  if (contacts.length === 0) return enrollments;
  const rows = await tx.query<Row>(
    `SELECT contact_id, id, campaign_key, version_id, cause, status, state, entered_at, ended_at
     FROM enrollment WHERE contact_id = ANY($1::bigint[]) ORDER BY entered_at, id`,
    [contacts],
  );
  for (const row of rows) enrollments.get(row.contact_id)?.push(enrollment(row));
  return enrollments;
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
