import type { AuthoredRow, KeyPage } from '../authored/authored';
import type { Tx } from '../database/database';
import { onePerPerson } from './list-members';

/** A list with how many people are on it. */
export interface ListRow extends AuthoredRow {
  readonly name: string;
  readonly description: string;
  readonly members: number;
}

const columns = 'key, name, description, revision, created_at AS "createdAt", updated_at AS "updatedAt"';

const read = (where: string): string => `
  SELECT ${columns}, (SELECT count(*)::int FROM list_member m ${onePerPerson} WHERE m.list_key = list.key) AS members
  FROM list ${where}`;

export async function findList(tx: Tx, key: string): Promise<ListRow | undefined> {
  return (await tx.query<ListRow>(read('WHERE key = $1'), [key]))[0];
}

export const listLists = (tx: Tx, page: KeyPage): Promise<ListRow[]> =>
  tx.query<ListRow>(read('WHERE key > $1 ORDER BY key LIMIT $2'), [page.after ?? '', page.limit]);

export async function saveList(
  tx: Tx,
  key: string,
  list: { readonly name: string; readonly description: string },
): Promise<ListRow> {
  await tx.run(
    `INSERT INTO list (key, name, description) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, description = excluded.description,
       revision = list.revision + 1, updated_at = now()`,
    [key, list.name, list.description],
  );
  return (await findList(tx, key))!;
}

export async function keysOfLists(tx: Tx): Promise<Set<string>> {
  return new Set((await tx.query<{ key: string }>('SELECT key FROM list')).map(({ key }) => key));
}
