import { withheldFeedback, type FollowedMessage } from '@entente/feedback';
import type { Tx } from '../database/database';
import { tell } from '../outbox';
import { subjectOf } from './subject-of';

interface WithheldRow extends FollowedMessage {
  readonly reason: string;
  readonly ended_at: Date;
}

/** Tells of messages that this transaction has ended without their having left; nothing of somebody who has been erased. */
export async function tellWithheld(
  tx: Tx,
  messages: readonly Pick<FollowedMessage, 'contact' | 'id'>[],
): Promise<void> {
  if (messages.length === 0) return;
  const rows = await tx.query<WithheldRow & Record<string, unknown>>(
    `SELECT message.contact_id AS contact, message.id, campaign_key AS campaign, topic, step, template_key AS template,
       ${subjectOf('message')} AS subject, reason, chain, ended_at
     FROM unnest($1::bigint[], $2::uuid[]) AS ended (contact_id, id)
     JOIN message ON message.contact_id = ended.contact_id AND message.id = ended.id
     LEFT JOIN lineage ON lineage.contact_id = message.contact_id
     WHERE NOT EXISTS (SELECT FROM contact WHERE contact.erased_at IS NOT NULL
                       AND contact.id IN (message.contact_id, lineage.survivor_id))`,
    [messages.map(({ contact }) => contact), messages.map(({ id }) => id)],
  );
  await tell(
    tx,
    rows.map(({ reason, ended_at: at, ...message }) => withheldFeedback(message, at.getTime(), reason)),
  );
}
