import type { FollowedMessage } from '@entente/feedback';
import type { ContactId, Instant, Uuid } from '@entente/kernel';
import { subjectOf, type Tx } from '@entente/storage';

/** A message of the send ledger, as its opens and clicks name it. */
export interface MailedMessage extends FollowedMessage {
  /** When it was handed over; undefined while that is not known. */
  readonly sentAt?: Instant;
  /** Its outcome is known. */
  readonly settled: boolean;
}

interface MessageRow {
  campaign_key: string;
  topic: string;
  step: string;
  template_key: string;
  subject: string | null;
  chain: string[] | null;
  sent_at: Date | null;
  settled: boolean;
}

/** The message, or undefined where the ledger has none (a test mail, say). */
export async function readMailedMessage(
  tx: Tx,
  contact: ContactId,
  id: Uuid,
): Promise<MailedMessage | undefined> {
  const [row] = await tx.query<MessageRow>(
    `SELECT campaign_key, topic, step, template_key, ${subjectOf('message')} AS subject, chain, ended_at IS NOT NULL AS settled,
       CASE WHEN status = 'sent' THEN ended_at WHEN status = 'unknown' THEN released_at END AS sent_at
     FROM message WHERE contact_id = $1 AND id = $2`,
    [contact, id],
  );
  if (!row) return undefined;
  return {
    id,
    contact,
    campaign: row.campaign_key,
    topic: row.topic,
    step: row.step,
    template: row.template_key,
    subject: row.subject,
    chain: row.chain,
    settled: row.settled,
    ...(row.sent_at && { sentAt: row.sent_at.getTime() }),
  };
}
