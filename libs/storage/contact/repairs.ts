import { HOUR, SECOND, toIso, type ContactId, type Instant } from '@entente/kernel';
import type { Database } from '../database/database';
import { lockContacts } from './persons';

/** The pause after the first try; each further one is twice as long, up to an hour. */
const firstPause = 5 * SECOND;
const longestPause = HOUR;

/** A contact to be repaired, and how often that was tried, this time included. */
export interface Repair {
  readonly id: ContactId;
  readonly tries: number;
}

/**
 * Takes contacts marked for repair whose time has come, those that have waited longest first, and puts their next try off:
 * whatever becomes of this one, a contact that cannot be repaired keeps nobody waiting and costs little.
 */
export const takeRepairs = (database: Database, now: Instant, limit: number): Promise<Repair[]> =>
  database.transaction(async (tx) => {
    const due = `repair IS NOT NULL AND (repair_after IS NULL OR repair_after <= $1)`;
    const first = await tx.query<{ id: ContactId }>(
      `SELECT id FROM contact WHERE ${due} ORDER BY repair_after NULLS FIRST LIMIT $2`,
      [toIso(now), limit],
    );
    const contacts = first.map(({ id }) => id);
    await lockContacts(tx, contacts);
    return tx.query<Repair & Record<string, unknown>>(
      `UPDATE contact SET repair_tries = least(repair_tries + 1, 30),
         repair_after = $1::timestamptz + interval '1 millisecond' * least($3 * 2 ^ repair_tries, $4)
       WHERE id = ANY($2::bigint[]) AND ${due} RETURNING id, repair_tries AS tries`,
      [toIso(now), contacts, firstPause, longestPause],
    );
  });
