import { Conflict } from '@entente/kernel';
import type { AuthoredRow, KeyPage } from '../authored/authored';
import type { Tx } from '../database/database';

/** A list with how many people are on it. */
export interface ListRow extends AuthoredRow {
  readonly name: string;
  readonly description: string;
  readonly members: number;
}

const columns = 'key, name, description, revision, created_at AS "createdAt", updated_at AS "updatedAt"';

export async function findList(tx: Tx, key: string): Promise<ListRow | undefined> {
  const [list] = await tx.query<Omit<ListRow, 'members'>>(`SELECT ${columns} FROM list WHERE key = $1`, [
    key,
  ]);
  return list && (await counted(tx, [list]))[0];
}

export async function listLists(tx: Tx, page: KeyPage): Promise<ListRow[]> {
  const lists = await tx.query<Omit<ListRow, 'members'>>(
    `SELECT ${columns} FROM list WHERE key > $1 ORDER BY key LIMIT $2`,
    [page.after ?? '', page.limit],
  );
  return counted(tx, lists);
}

async function counted(tx: Tx, lists: readonly Omit<ListRow, 'members'>[]): Promise<ListRow[]> {
  const sizes = await sizesOfLists(
    tx,
    lists.map(({ key }) => key),
  );
  return lists.map((list) => ({ ...list, members: sizes.get(list.key)! }));
}

/**
 * How many people are on lists: everybody whom one contact puts there, as an index tells, but of those who are several contacts
 * (few beside the others) whoever the last word on them puts there.
 */
async function sizesOfLists(tx: Tx, keys: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.query<{ key: string; members: number }>(
    `WITH part AS MATERIALIZED (
       SELECT contact_id, survivor_id FROM lineage UNION ALL SELECT DISTINCT survivor_id, survivor_id FROM lineage
     ), person AS (
       SELECT list_key AS key, count(*) FILTER (WHERE joined) AS contacts,
         (array_agg(joined ORDER BY at DESC, message DESC))[1] AS joined
       FROM list_member JOIN part USING (contact_id) WHERE list_key = ANY($1::text[]) GROUP BY list_key, survivor_id
     ), merged AS (
       SELECT key, sum(contacts) AS contacts, count(*) FILTER (WHERE joined) AS people FROM person GROUP BY key
     )
     SELECT key, ((SELECT count(*) FROM list_member WHERE list_key = key AND joined)
       - coalesce(contacts, 0) + coalesce(people, 0))::int AS members
     FROM unnest($1::text[]) AS asked (key) LEFT JOIN merged USING (key)`,
    [keys],
  );
  return new Map(rows.map(({ key, members }) => [key, members]));
}

/** Throws `Conflict` where a list of that name was deleted and people are still on it. */
export async function saveList(
  tx: Tx,
  key: string,
  list: { readonly name: string; readonly description: string },
): Promise<ListRow> {
  if ((await tx.query('SELECT FROM forgotten_list WHERE key = $1', [key])).length > 0)
    throw new Conflict(`The list ${key} was deleted and people are still leaving it; try again in a while.`);
  await tx.run(
    `INSERT INTO list (key, name, description) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, description = excluded.description,
       revision = list.revision + 1, updated_at = now()`,
    [key, list.name, list.description],
  );
  return (await findList(tx, key))!;
}

export async function hasList(tx: Tx, key: string): Promise<boolean> {
  return (await tx.query('SELECT FROM list WHERE key = $1', [key])).length > 0;
}

export async function keysOfLists(tx: Tx): Promise<Set<string>> {
  return new Set((await tx.query<{ key: string }>('SELECT key FROM list')).map(({ key }) => key));
}

/** Removes a list; `forgetDeletedLists` takes off whoever is on it. */
export async function deleteList(tx: Tx, key: string): Promise<void> {
  await tx.run('DELETE FROM list WHERE key = $1', [key]);
  const forgotten = await tx.run(
    'INSERT INTO forgotten_list (key) SELECT $1 WHERE EXISTS (SELECT FROM list_member WHERE list_key = $1 AND joined)',
    [key],
  );
  if (forgotten === 0) await tx.run('DELETE FROM list_member WHERE list_key = $1', [key]);
}
