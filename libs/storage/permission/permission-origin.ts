import { originTold, type Origin } from '@entente/feedback';
import type { JsonObject, Uuid } from '@entente/kernel';
import type { Tx } from '../database/database';
import { subjectOf } from '../message/subject-of';
import type { PermissionRequest } from './permission-requests';

/** What is told of how these came about, in their order. */
export async function originsTold(tx: Tx, requests: readonly PermissionRequest[]): Promise<JsonObject[]> {
  const keys = await sourceKeys(tx, [...new Set(requests.map(({ source }) => source))]);
  const sent = await mailsOf(tx, requests);
  return requests.map(({ way, at, claimedAt, source, evidence, message }) => {
    const key = keys.get(source);
    const mail = message && sent.get(message);
    return originTold({
      way,
      at,
      evidence,
      ...(claimedAt !== undefined && { claimedAt }),
      ...(key !== undefined && { source: key }),
      ...(message && { message }),
      ...(mail && { sent: mail }),
    });
  });
}

async function sourceKeys(tx: Tx, ids: readonly number[]): Promise<Map<number, string>> {
  const rows = await tx.query<{ id: number; key: string }>(
    'SELECT id, key FROM source WHERE id = ANY($1::smallint[])',
    [ids],
  );
  return new Map(rows.map(({ id, key }) => [id, key]));
}

/** The mails that led to them, each of the contact that it was sent to. */
async function mailsOf(
  tx: Tx,
  requests: readonly PermissionRequest[],
): Promise<Map<Uuid, NonNullable<Origin['sent']>>> {
  const led = requests.filter(({ message }) => message !== undefined);
  if (led.length === 0) return new Map();
  const rows = await tx.query<NonNullable<Origin['sent']> & { id: Uuid }>(
    `SELECT message.id, campaign_key AS campaign, template_key AS template, ${subjectOf('message')} AS subject
     FROM unnest($1::bigint[], $2::uuid[]) AS led (contact_id, id)
     JOIN message ON message.contact_id = led.contact_id AND message.id = led.id`,
    [led.map(({ contact }) => contact), led.map(({ message }) => message)],
  );
  return new Map(rows.map(({ id, ...sent }) => [id, sent]));
}
