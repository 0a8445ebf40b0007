import type { ContactId } from '@entente/kernel';
import { bigintArray } from '../database/binary-array';
import type { Tx } from '../database/database';
import { eventColumns, storedEvent, type EventRow, type StoredEvent } from './events';

/** A stored event that has not changed its contact yet. */
export interface DeferredEvent {
  readonly event: StoredEvent;
  /** Whether it starts no campaign. */
  readonly silent: boolean;
}

/** What is deferred for these contacts, in the order in which it is to be applied. */
export async function loadDeferred(
  tx: Tx,
  contacts: readonly ContactId[],
): Promise<Map<ContactId, DeferredEvent[]>> {
  if (contacts.length === 0) return new Map();
  const rows = await tx.prepared<EventRow & { person_id: ContactId; silent: boolean }>(
    // OFFSET 0 has the events looked up one by one: joined, all events may be read to find these few.
    `SELECT deferred.contact_id AS person_id, silent, ${eventColumns}
     FROM deferred_event AS deferred CROSS JOIN LATERAL (
       SELECT * FROM event WHERE contact_id = deferred.owner_id AND message = deferred.message OFFSET 0
     ) AS event
     WHERE deferred.contact_id = ANY($1::bigint[]) ORDER BY deferred.contact_id, place`,
    [bigintArray(contacts)],
  );
  const deferred = new Map<ContactId, DeferredEvent[]>();
  for (const row of rows) {
    const list = deferred.get(row.person_id) ?? [];
    deferred.set(row.person_id, [...list, { event: storedEvent(row), silent: row.silent }]);
  }
  return deferred;
}

/** Puts these lists in the place of what was deferred for their contacts. */
export async function replaceDeferred(
  tx: Tx,
  lists: ReadonlyMap<ContactId, readonly DeferredEvent[]>,
): Promise<void> {
  if (lists.size === 0) return;
  await tx.run('DELETE FROM deferred_event WHERE contact_id = ANY($1::bigint[])', [[...lists.keys()]]);
  const rows = [...lists].flatMap(([contact, list]) =>
    list.map(({ event, silent }, place) => ({
      contact,
      place,
      owner: event.contact,
      message: event.message,
      silent,
    })),
  );
  if (rows.length === 0) return;
  await tx.run(
    `INSERT INTO deferred_event (contact_id, place, owner_id, message, silent)
     SELECT contact, place, owner, message, silent FROM json_to_recordset($1::json)
       AS d (contact bigint, place integer, owner bigint, message uuid, silent boolean)`,
    [JSON.stringify(rows)],
  );
}
