import { leftFeedback } from '@entente/feedback';
import { byContactId, toIso, type ContactId, type Instant, type Uuid } from '@entente/kernel';
import { survivorsOf } from '../contact/contacts';
import { lockContacts } from '../contact/persons';
import type { Database } from '../database/database';
import type { MessageId } from '../message/messages';
import { tellWithheld } from '../message/withheld';
import { tell } from '../outbox';

/** Ends some of the walks through canceled campaigns; gives how many. */
export const endCanceledWalks = (database: Database, at: Instant, limit: number): Promise<number> =>
  database.transaction(async (tx) => {
    const walks = await tx.query<MessageId & Record<string, unknown>>(
      `SELECT walk.contact_id AS contact, walk.id FROM campaign
       JOIN campaign_version AS version ON version.campaign_key = campaign.key
       JOIN enrollment AS walk ON walk.version_id = version.id AND walk.status = 'active'
       WHERE campaign.status = 'canceled' LIMIT $1`,
      [limit],
    );
    if (walks.length === 0) return 0;
    const contacts = walks.map(({ contact }) => contact);
    await lockContacts(tx, sorted([...(await survivorsOf(tx, contacts)).values()]));
    const ended = await tx.query<{ contact: ContactId; enrollment: Uuid; campaign: string }>(
      `UPDATE enrollment SET status = 'canceled', wake_at = NULL, ended_at = $3,
         state = jsonb_set(state, '{wakeAt}', 'null')
       FROM unnest($1::bigint[], $2::uuid[]) AS walk (contact_id, id)
       WHERE enrollment.contact_id = walk.contact_id AND enrollment.id = walk.id AND enrollment.status = 'active'
       RETURNING enrollment.contact_id AS contact, enrollment.id AS enrollment, campaign_key AS campaign`,
      [contacts, walks.map(({ id }) => id), toIso(at)],
    );
    await tell(
      tx,
      ended.map((walk) => leftFeedback(walk, at, 'canceled', [])),
    );
    return ended.length;
  });

const sorted = (contacts: readonly ContactId[]): ContactId[] => [...new Set(contacts)].sort(byContactId);

/** Ends some of the messages of canceled campaigns that still wait, and tells of them; gives how many. */
export const endCanceledMessages = (database: Database, at: Instant, limit: number): Promise<number> =>
  database.transaction(async (tx) => {
    const ended = await tx.query<MessageId & Record<string, unknown>>(
      `UPDATE message SET status = 'canceled', reason = 'campaign-canceled', ended_at = $1
       FROM (SELECT waiting.contact_id, waiting.id FROM campaign
             JOIN message AS waiting ON waiting.campaign_key = campaign.key AND waiting.status = 'waiting'
             WHERE campaign.status = 'canceled' LIMIT $2) AS chunk
       WHERE message.contact_id = chunk.contact_id AND message.id = chunk.id AND message.status = 'waiting'
       RETURNING message.contact_id AS contact, message.id`,
      [toIso(at), limit],
    );
    await tellWithheld(tx, ended);
    return ended.length;
  });
