import { publish } from '../database/definitions';
import type { Database, Tx } from '../database/database';

/** Before there are so many events, reading them all takes less than a second, and which names will be common is not known yet. */
const FEWEST_EVENTS = 1_000_000;

/** The index over names and times keeps the rarest names, as many as make no more than this share of the events to come… */
const RARE_SHARE = 0.2;

/** … and all names of less than this share: so only so many can ever be common, and names that differ each time never are. */
const COMMON_SHARE = 0.01;

/** The names whose events are not all in the index over names and times: of any other name every stored event is. */
export async function commonEventNames(tx: Tx): Promise<Set<string>> {
  const rows = await tx.query<{ name: string }>('SELECT name FROM common_event_name');
  return new Set(rows.map(({ name }) => name));
}

/** The names, not yet common, that are too frequent for the index by the server's statistics about the events. */
export async function frequentEventNames(tx: Tx, fewestEvents = FEWEST_EVENTS): Promise<string[]> {
  const rows = await tx.query<{ name: string }>(
    `SELECT name FROM (
       SELECT name, sum(share) OVER (ORDER BY share DESC, name) - share AS share_of_more_frequent
       FROM pg_stats, pg_class, unnest(most_common_vals::text::text[], most_common_freqs) AS frequent (name, share)
       WHERE schemaname = current_schema() AND tablename = 'event' AND attname = 'name' AND share >= $3
         AND relname = tablename AND relnamespace::regnamespace::text = schemaname AND reltuples >= $1) AS names
     WHERE share_of_more_frequent < $2 AND name NOT IN (SELECT name FROM common_event_name)`,
    [fewestEvents, 1 - RARE_SHARE, COMMON_SHARE],
  );
  return rows.map(({ name }) => name);
}

/** Leaves the events of these names out of the index from now on, and publishes that: a batch goes by it, or is committed before. */
export async function markCommonEventNames(database: Database, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await database.transaction(async (tx) => {
    await publish(tx);
    await tx.run(
      'INSERT INTO common_event_name (name) SELECT * FROM unnest($1::text[]) ON CONFLICT DO NOTHING',
      [names],
    );
  });
}
