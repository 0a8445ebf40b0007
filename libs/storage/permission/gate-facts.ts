import {
  allowing,
  EVERY_TOPIC,
  mostRestrictive,
  type Act,
  type Basis,
  type Actor,
  type Standing,
} from '@entente/consent';
import type { GateFacts, StandingSuppression } from '@entente/delivery';
import type { ContactId } from '@entente/kernel';
import type { Tx } from '../database/database';
import type { EntryId } from './permission-requests';
import { effectiveSuppression } from './suppressions';

/** Whether mail about a topic may go to a contact: to the address with this hash, or to the one it has today. */
export interface GateQuestion {
  readonly contact: ContactId;
  readonly topic: string;
  readonly addressHash?: Buffer;
}

/** What the gates want to know, except about the campaign. */
export interface RecipientFacts extends Required<Omit<GateFacts, 'campaign'>> {
  /** The contact's address today; null when it has none, or not the one that was asked about. */
  readonly address: string | null;
  /** The keyed hash that suppressions and permission were read for. */
  readonly addressHash: Buffer | null;
  /** The ledger entry that allows the mail, else the one that speaks against it, if any. */
  readonly entry?: EntryId;
}

/**
 * Facts for the gates, in the order of the questions, in one statement. Read after `lockAddress` in the transaction that releases,
 * they hold until it commits (promise 4).
 */
export async function gateFacts(tx: Tx, questions: readonly GateQuestion[]): Promise<RecipientFacts[]> {
  if (questions.length === 0) return [];
  const rows = await tx.query<FactsRow>(FACTS, [
    questions.map(({ contact }) => contact),
    questions.map(({ topic }) => topic),
    questions.map(({ addressHash }) => addressHash ?? null),
  ]);
  return rows.map(factsOf);
}

/** The facts for mail about one topic to many contacts, at the addresses they have today. */
export async function audienceFacts(
  tx: Tx,
  contacts: readonly ContactId[],
  topic: string,
): Promise<Map<ContactId, RecipientFacts>> {
  const facts = await gateFacts(
    tx,
    contacts.map((contact) => ({ contact, topic })),
  );
  return new Map(contacts.map((contact, i) => [contact, facts[i]!]));
}

interface StandingJson {
  contact: ContactId;
  state: Act;
  basis: Basis;
  actor: Actor;
  seq: number;
  address: string | null;
}

interface FactsRow {
  erased: boolean;
  email: string | null;
  address_hash: Buffer | null;
  suppressions: StandingSuppression[];
  standings: StandingJson[];
}

const FACTS = `
  WITH asked AS (
    SELECT a.n, coalesce(l.survivor_id, a.contact) AS survivor, a.topic, a.hash
    FROM unnest($1::bigint[], $2::text[], $3::bytea[]) WITH ORDINALITY AS a (contact, topic, hash, n)
    LEFT JOIN lineage l ON l.contact_id = a.contact
  ), person AS (
    SELECT asked.*, c.erased_at IS NOT NULL AS erased, coalesce(asked.hash, p.email_hash) AS address_hash,
      CASE WHEN asked.hash IS NULL OR asked.hash = p.email_hash THEN p.email END AS email
    FROM asked LEFT JOIN contact c ON c.id = asked.survivor LEFT JOIN profile p ON p.contact_id = asked.survivor
  )
  SELECT person.erased, person.email, person.address_hash,
    (SELECT coalesce(json_agg(json_build_object('topic', s.topic, 'reason', s.reason) ORDER BY s.at, s.reason), '[]')
     FROM suppression s
     WHERE s.address_hash = person.address_hash AND ${effectiveSuppression('person.topic')}) AS suppressions,
    (SELECT coalesce(json_agg(to_json(own)), '[]') FROM (
      SELECT DISTINCT ON (st.contact_id) st.contact_id::text AS contact, st.state, st.basis, entry.actor, st.seq,
        encode(st.address_hash, 'hex') AS address
      FROM permission_state st
      JOIN permission entry ON entry.contact_id = st.contact_id AND entry.seq = st.seq
      WHERE st.contact_id = ANY (ARRAY(
          SELECT person.survivor UNION ALL SELECT l.contact_id FROM lineage l WHERE l.survivor_id = person.survivor))
        AND st.channel = 'email' AND st.topic IN (person.topic, '${EVERY_TOPIC}')
      ORDER BY st.contact_id, st.topic = '${EVERY_TOPIC}') own) AS standings
  FROM person ORDER BY person.n`;

function factsOf(row: FactsRow): RecipientFacts {
  const standings = row.standings.map(standingOf);
  const allowed = row.address_hash ? allowing(standings, row.address_hash) : undefined;
  const decisive = allowed ?? mostRestrictive(standings);
  return {
    erased: row.erased,
    address: row.email,
    addressHash: row.address_hash,
    suppressions: row.suppressions,
    permission: { allowed: allowed !== undefined, state: decisive?.state ?? 'none' },
    ...(decisive && { entry: { contact: decisive.contact, seq: decisive.seq } }),
  };
}

const standingOf = ({ address, ...standing }: StandingJson): Standing & { readonly contact: ContactId } => ({
  ...standing,
  ...(address && { addressHash: Buffer.from(address, 'hex') }),
});
