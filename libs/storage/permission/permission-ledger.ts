import { randomBytes } from 'node:crypto';
import {
  applyEntry,
  CHAIN_START,
  seal,
  type Act,
  type Actor,
  type Basis,
  type Evidence,
  type LedgerEntry,
  type SealedEntry,
  type Standing,
  type Standings,
} from '@entente/consent';
import { toIso, type ContactId, type JsonObject, type Uuid } from '@entente/kernel';
import type { Tx } from '../database/database';

/** One contact's end of the ledger, held by this transaction. */
interface Page {
  seq: number;
  hash: Buffer;
  standings: Standings;
  readonly stored: Standings;
}

type Written = SealedEntry & Evidence;

/** The ledger of some contacts, locked: entries are appended here and written at once by `close`. */
export class OpenLedger {
  private readonly written: Written[] = [];

  private constructor(private readonly pages: ReadonlyMap<ContactId, Page>) {}

  /** Locks the ends of these contacts' chains, in order, and reads their standings. */
  static async open(tx: Tx, contacts: readonly ContactId[]): Promise<OpenLedger> {
    await tx.run(
      `INSERT INTO permission_head (contact_id, seq, hash)
       SELECT id, 0, $2 FROM unnest($1::bigint[]) AS c (id) ORDER BY id ON CONFLICT DO NOTHING`,
      [contacts, CHAIN_START],
    );
    const heads = await tx.query<{ contact_id: ContactId; seq: number; hash: Buffer }>(
      `SELECT contact_id, seq, hash FROM permission_head
       WHERE contact_id = ANY($1::bigint[]) ORDER BY contact_id FOR UPDATE`,
      [contacts],
    );
    const standings = await standingsOf(tx, contacts);
    const page = ({ seq, hash, contact_id }: (typeof heads)[number]): Page => {
      const stored = standings.get(contact_id) ?? new Map();
      return { seq, hash, standings: stored, stored };
    };
    return new OpenLedger(new Map(heads.map((head) => [head.contact_id, page(head)])));
  }

  standings(contact: ContactId): Standings {
    return this.page(contact).standings;
  }

  append(entry: Omit<LedgerEntry, 'seq'>, evidence: JsonObject): SealedEntry {
    const page = this.page(entry.contact);
    const proof = { salt: randomBytes(16), evidence };
    const sealed = seal(page.hash, { ...entry, seq: page.seq + 1 }, proof);
    page.seq = sealed.seq;
    page.hash = sealed.hash;
    page.standings = applyEntry(page.standings, sealed);
    this.written.push({ ...sealed, ...proof });
    return sealed;
  }

  /** Writes what was appended: entries, evidence, the chain's ends and the standings that changed. */
  async close(tx: Tx): Promise<void> {
    if (this.written.length === 0) return;
    const contacts = new Set(this.written.map((entry) => entry.contact));
    const heads = [...contacts].map((id) => ({ id, ...hexed(this.page(id)) }));
    const states = [...contacts].flatMap((id) => changedStandings(id, this.page(id)));
    await tx.run(WRITE, [
      JSON.stringify(this.written.map(entryRow)),
      JSON.stringify(heads),
      JSON.stringify(states),
    ]);
  }

  private page(contact: ContactId): Page {
    const page = this.pages.get(contact);
    if (!page) throw new Error('this contact’s ledger was not opened');
    return page;
  }
}

const hexed = ({ seq, hash }: Page) => ({ seq, hash: hash.toString('hex') });

const changedStandings = (contact: ContactId, { standings, stored }: Page) =>
  [...standings]
    .filter(([topic, standing]) => stored.get(topic) !== standing)
    .map(([topic, { state, basis, seq, addressHash }]) => ({
      contact,
      topic,
      state,
      basis,
      seq,
      address: addressHash?.toString('hex') ?? null,
    }));

const entryRow = (entry: Written) => ({
  contact: entry.contact,
  seq: entry.seq,
  topic: entry.topic,
  channel: entry.channel,
  act: entry.act,
  basis: entry.basis,
  actor: entry.actor,
  address: entry.addressHash?.toString('hex') ?? null,
  source: entry.source,
  message: entry.message ?? null,
  claimed_at: entry.claimedAt === undefined ? null : toIso(entry.claimedAt),
  recorded_at: toIso(entry.recordedAt),
  commitment: entry.commitment.toString('hex'),
  hash: entry.hash.toString('hex'),
  salt: entry.salt.toString('hex'),
  evidence: entry.evidence,
});

const WRITE = `
  WITH entry AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS e (contact bigint, seq integer, topic text, channel text, act text,
      basis text, actor text, address text, source smallint, message uuid, claimed_at timestamptz,
      recorded_at timestamptz, commitment text, hash text, salt text, evidence jsonb)
  ), appended AS (
    INSERT INTO permission (contact_id, seq, topic, channel, act, basis, actor, address_hash, source_id, message,
      claimed_at, recorded_at, commitment, hash)
    SELECT contact, seq, topic, channel, act, basis, actor, decode(address, 'hex'), source, message,
      claimed_at, recorded_at, decode(commitment, 'hex'), decode(hash, 'hex') FROM entry
  ), proven AS (
    INSERT INTO permission_evidence (contact_id, seq, salt, evidence)
    SELECT contact, seq, decode(salt, 'hex'), evidence FROM entry
  ), advanced AS (
    UPDATE permission_head SET seq = h.seq, hash = decode(h.hash, 'hex')
    FROM jsonb_to_recordset($2::jsonb) AS h (id bigint, seq integer, hash text) WHERE contact_id = h.id
  )
  INSERT INTO permission_state (contact_id, topic, state, basis, address_hash, seq)
  SELECT contact, topic, state, basis, decode(address, 'hex'), seq
  FROM jsonb_to_recordset($3::jsonb)
    AS s (contact bigint, topic text, state text, basis text, address text, seq integer)
  ON CONFLICT (contact_id, topic, channel) DO UPDATE
  SET state = excluded.state, basis = excluded.basis, address_hash = excluded.address_hash, seq = excluded.seq`;

interface StandingRow {
  contact_id: ContactId;
  topic: string;
  state: Act;
  basis: Basis;
  actor: Actor;
  address_hash: Buffer | null;
  seq: number;
}

/** The stored standings of these contacts themselves (not of their lineages). */
export async function standingsOf(
  tx: Tx,
  contacts: readonly ContactId[],
): Promise<Map<ContactId, Map<string, Standing>>> {
  const rows = await tx.query<StandingRow>(
    `SELECT s.contact_id, s.topic, s.state, s.basis, s.address_hash, s.seq, p.actor
     FROM permission_state s JOIN permission p ON p.contact_id = s.contact_id AND p.seq = s.seq
     WHERE s.contact_id = ANY($1::bigint[]) ORDER BY s.contact_id, s.topic`,
    [contacts],
  );
  const standings = new Map<ContactId, Map<string, Standing>>();
  for (const row of rows) {
    const own = standings.get(row.contact_id) ?? new Map<string, Standing>();
    standings.set(row.contact_id, own.set(row.topic, standingOf(row)));
  }
  return standings;
}

const standingOf = ({ state, basis, actor, seq, address_hash }: StandingRow): Standing => ({
  state,
  basis,
  actor,
  seq,
  ...(address_hash && { addressHash: address_hash }),
});

interface EntryRow extends Omit<StandingRow, 'state'> {
  channel: string;
  act: Act;
  source_id: number;
  message: Uuid | null;
  claimed_at: Date | null;
  recorded_at: Date;
  commitment: Buffer;
  hash: Buffer;
  salt: Buffer | null;
  evidence: JsonObject | null;
}

/** The whole ledger of these contacts themselves, each contact's in ledger order, with the evidence that is still there. */
export async function ledgerOf(
  tx: Tx,
  contacts: readonly ContactId[],
): Promise<(SealedEntry & { readonly proof?: Evidence })[]> {
  const rows = await tx.query<EntryRow>(
    `SELECT p.*, e.salt, e.evidence FROM permission p
     LEFT JOIN permission_evidence e ON e.contact_id = p.contact_id AND e.seq = p.seq
     WHERE p.contact_id = ANY($1::bigint[]) ORDER BY p.contact_id, p.seq`,
    [contacts],
  );
  return rows.map(entryOf);
}

const entryOf = (row: EntryRow) => ({
  contact: row.contact_id,
  seq: row.seq,
  topic: row.topic,
  channel: row.channel,
  act: row.act,
  basis: row.basis,
  actor: row.actor,
  source: row.source_id,
  recordedAt: row.recorded_at.getTime(),
  commitment: row.commitment,
  hash: row.hash,
  ...(row.address_hash && { addressHash: row.address_hash }),
  ...(row.message && { message: row.message }),
  ...(row.claimed_at && { claimedAt: row.claimed_at.getTime() }),
  ...(row.salt && row.evidence && { proof: { salt: row.salt, evidence: row.evidence } }),
});
