import type { AuthoredRow, KeyPage } from './authored';
import type { Tx } from '../database/database';

export interface TopicRow extends AuthoredRow {
  readonly name: string;
  readonly description: string;
}

const columns = 'key, name, description, revision, created_at AS "createdAt", updated_at AS "updatedAt"';

export async function findTopic(tx: Tx, key: string): Promise<TopicRow | undefined> {
  return (await tx.query<TopicRow>(`SELECT ${columns} FROM topic WHERE key = $1`, [key]))[0];
}

export const listTopics = (tx: Tx, page: KeyPage): Promise<TopicRow[]> =>
  tx.query<TopicRow>(`SELECT ${columns} FROM topic WHERE key > $1 ORDER BY key LIMIT $2`, [
    page.after ?? '',
    page.limit,
  ]);

export async function saveTopic(
  tx: Tx,
  key: string,
  topic: { readonly name: string; readonly description: string },
): Promise<TopicRow> {
  const [row] = await tx.query<TopicRow>(
    `INSERT INTO topic (key, name, description) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, description = excluded.description,
       revision = topic.revision + 1, updated_at = now()
     RETURNING ${columns}`,
    [key, topic.name, topic.description],
  );
  return row!;
}
