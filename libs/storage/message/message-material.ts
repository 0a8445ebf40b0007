import type { SourcedTraits } from '@entente/profile';
import type { ContactId, JsonObject, Uuid } from '@entente/kernel';
import type { Tx } from '../database/database';
import type { DueMessage } from './messages';

/** What a message is written from: the person it goes to, the cause it goes for, and who it comes from. */
export interface MessageMaterial {
  /** The person today, who may have survived the contact the message lies under. */
  readonly survivor: ContactId;
  readonly email: string | null;
  readonly emailHash: Buffer | null;
  readonly traits: SourcedTraits;
  readonly cause: JsonObject;
  readonly topicName: string;
  readonly from: FromMaterial | null;
}

export interface FromMaterial {
  readonly name: string;
  readonly address: string;
  readonly domain: string;
  readonly replyTo: string | null;
  readonly postalAddress: string;
  readonly dkimSelector: string | null;
  readonly dkimPrivateKey: string | null;
}

interface Row extends Omit<MessageMaterial, 'from' | 'traits' | 'cause'> {
  id: Uuid;
  traits: SourcedTraits | null;
  cause: JsonObject | null;
  from_key: string;
}

/** Reads what these messages are written from, by message. */
export async function messageMaterial(
  tx: Tx,
  messages: readonly DueMessage[],
): Promise<Map<Uuid, MessageMaterial>> {
  if (messages.length === 0) return new Map();
  const rows = await tx.query<Row>(
    `SELECT m.id, coalesce(l.survivor_id, m.contact_id) AS survivor, p.email, p.email_hash AS "emailHash", p.traits,
       e.cause, coalesce(topic.name, m.topic) AS "topicName", m.from_key
     FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::text[], $5::text[])
       AS m (contact_id, id, enrollment_id, topic, from_key)
     LEFT JOIN lineage l ON l.contact_id = m.contact_id
     LEFT JOIN profile p ON p.contact_id = coalesce(l.survivor_id, m.contact_id)
     LEFT JOIN enrollment e ON e.contact_id = m.contact_id AND e.id = m.enrollment_id
     LEFT JOIN topic ON topic.key = m.topic`,
    [
      messages.map((one) => one.contact),
      messages.map((one) => one.id),
      messages.map((one) => one.enrollment),
      messages.map((one) => one.topic),
      messages.map((one) => one.from),
    ],
  );
  const senders = await fromMaterials(tx, [...new Set(messages.map((one) => one.from))]);
  return new Map(
    rows.map(({ id, from_key, traits, cause, ...row }) => [
      id,
      { ...row, traits: traits ?? {}, cause: cause ?? {}, from: senders.get(from_key) ?? null },
    ]),
  );
}

async function fromMaterials(tx: Tx, keys: readonly string[]): Promise<Map<string, FromMaterial>> {
  const rows = await tx.query<FromMaterial & { key: string }>(
    `SELECT f.key, f.name, f.address, f.domain, f.reply_to AS "replyTo", f.postal_address AS "postalAddress",
       d.dkim_selector AS "dkimSelector", d.dkim_private_key AS "dkimPrivateKey"
     FROM from_address f JOIN sending_domain d ON d.domain = f.domain WHERE f.key = ANY($1::text[])`,
    [keys],
  );
  return new Map(rows.map(({ key, ...row }) => [key, row]));
}

/** The status of each of these campaigns. */
export async function statusesOfCampaigns(tx: Tx, keys: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ key: string; status: string }>(
    'SELECT key, status FROM campaign WHERE key = ANY($1::text[])',
    [keys],
  );
  return new Map(rows.map(({ key, status }) => [key, status]));
}
