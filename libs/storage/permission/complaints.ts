import { EVERY_TOPIC, type Way } from '@entente/consent';
import { complainedFeedback, type ToldMessage } from '@entente/feedback';
import { toIso, type ContactId, type Instant, type JsonObject, type Uuid } from '@entente/kernel';
import type { Tx } from '../database/database';
import { subjectOf } from '../message/subject-of';
import { tell } from '../outbox';
import { lockAddress } from './addresses';
import { optOut, recordPermission } from './permissions';
import { suppress, suppressAddress } from './suppressions';

/** A message that left, as a report about it needs it. */
export interface ReportedMessage extends ToldMessage {
  /** The keyed hash of the address that it went to. */
  readonly addressHash: Buffer;
  readonly releasedAt: Instant;
  /** Whether the person has been erased: then nothing but the address is kept. */
  readonly erased: boolean;
}

/** What its recipient says about a message, by way of a report. */
export interface Reported {
  /** When they said so. */
  readonly said: Instant;
  readonly at: Instant;
  readonly source: number;
  /** What the report says; names nobody. */
  readonly evidence: JsonObject;
}

interface ReportedRow extends Omit<ReportedMessage, 'releasedAt'> {
  readonly released_at: Date;
}

/** The message that left under this id, or may have, if there is one; of this contact where one is named. */
export async function findReported(
  tx: Tx,
  { id, contact }: { readonly id: Uuid; readonly contact?: ContactId },
): Promise<ReportedMessage | undefined> {
  const [row] = await tx.query<ReportedRow>(
    `SELECT m.id, m.contact_id AS contact, m.campaign_key AS campaign, m.topic, m.step, m.template_key AS template, ${subjectOf('m')} AS subject,
       m.address_hash AS "addressHash", m.released_at,
       EXISTS (SELECT FROM contact c WHERE c.erased_at IS NOT NULL AND c.id IN (
         m.contact_id, (SELECT survivor_id FROM lineage WHERE contact_id = m.contact_id))) AS erased
     FROM message m
     WHERE m.id = $1 AND m.status IN ('sent', 'unknown', 'sending')
       AND m.released_at IS NOT NULL AND m.address_hash IS NOT NULL
       AND ($2::bigint IS NULL OR m.contact_id = $2)`,
    [id, contact ?? null],
  );
  if (!row) return undefined;
  const { released_at: releasedAt, ...message } = row;
  return { ...message, releasedAt: releasedAt.getTime() };
}

/**
 * Ends every marketing mail to the address that a message went to and to everybody its recipient is, for they called it spam; tells it.
 * The first complaint about a message counts, so that repeating it undoes no later subscription. Says whether it was the first.
 */
export async function enterComplaint(
  tx: Tx,
  message: ReportedMessage,
  type: string,
  reported: Reported,
): Promise<boolean> {
  const { addressHash } = message;
  await lockAddress(tx, addressHash);
  if (!(await isFirst(tx, 'complained_at', message, reported))) return false;
  await suppressAddress(tx, addressHash, 'complaint', { at: reported.at, detail: type });
  if (message.erased) return true;
  await recordPermission(tx, {
    ...aboutMessage(message, 'complaint', reported),
    topic: EVERY_TOPIC,
    act: 'withdrawn',
    actor: 'recipient',
    basis: 'none',
  });
  await tell(tx, [complainedFeedback(message, reported.said, type)]);
  return true;
}

/**
 * Opts out of the topic of a message whose recipient asked for it by way of a report; here too the first report about it counts. Says whether that
 * changed anything.
 */
export async function enterReportedOptOut(
  tx: Tx,
  message: ReportedMessage,
  reported: Reported,
): Promise<boolean> {
  const { addressHash, topic } = message;
  await lockAddress(tx, addressHash);
  if (!(await isFirst(tx, 'opted_out_at', message, reported))) return false;
  if (!message.erased) {
    const { changed } = await optOut(tx, { ...aboutMessage(message, 'report', reported), topic });
    return changed;
  }
  await suppress(tx, [{ addressHash, topic, reason: 'opt-out', at: reported.at }]);
  return true;
}

/** Remembers that something was reported of a message; false where it has been before. The caller holds the lock of its address. */
async function isFirst(
  tx: Tx,
  column: 'complained_at' | 'opted_out_at',
  { contact, id }: ReportedMessage,
  { at }: Reported,
): Promise<boolean> {
  const changed = await tx.run(
    `UPDATE message SET ${column} = $3 WHERE contact_id = $1 AND id = $2 AND ${column} IS NULL`,
    [contact, id, toIso(at)],
  );
  return changed > 0;
}

const aboutMessage = (
  { contact, addressHash, id }: ReportedMessage,
  way: Way,
  { said, at, source, evidence }: Reported,
) => ({
  contact,
  address: addressHash,
  way,
  message: id,
  claimedAt: said,
  at,
  source,
  evidence: { way, ...evidence },
});
