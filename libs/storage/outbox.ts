import { feedbackFact, recordOf, type Fact, type Feedback } from '@entente/event';
import type { Tx } from './database/database';
import { onceFor } from './database/once-for';

/** The number of Entente's own source. */
export const ownSource = onceFor(async (tx) => {
  const [row] = await tx.query<{ id: number }>(`SELECT id FROM source WHERE key = 'entente'`);
  return row!.id;
});

/**
 * Feedback on its way out. What an import brought about says so, and starts nothing unless its author asked for it; nor does what was
 * found when somebody was looked at anew.
 */
export interface Told extends Feedback {
  readonly imported?: boolean;
  readonly reread?: boolean;
  readonly effects?: boolean;
}

/** Puts facts into the outbox, to be relayed to the stream once this transaction has committed. */
export async function tell(tx: Tx, feedbacks: readonly Told[]): Promise<void> {
  if (feedbacks.length === 0) return;
  const source = await ownSource(tx);
  await tellFacts(
    tx,
    feedbacks.map((feedback) => factOf(feedback, source)),
  );
}

/** Puts facts of other sources, such as an import's, into the outbox; in this order. */
export async function tellFacts(tx: Tx, facts: readonly Fact[]): Promise<void> {
  if (facts.length === 0) return;
  const records = facts.map(recordOf);
  await tx.run(
    `INSERT INTO outbox (key, record)
     SELECT key, record::jsonb FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS o (key, record, n) ORDER BY n`,
    [records.map(({ key }) => key), records.map(({ value }) => value)],
  );
}

/** A fact on its way out. */
export interface Untold {
  readonly id: string;
  readonly key: string;
  readonly record: unknown;
}

/** What waits to be told, the oldest first. */
export const untold = (tx: Tx, limit: number): Promise<Untold[]> =>
  tx.query<Untold>('SELECT id, key, record FROM outbox ORDER BY id LIMIT $1', [limit]);

/** Whether so many facts wait to be told that what can wait should not add to them. */
export async function isOutboxLong(tx: Tx, most: number): Promise<boolean> {
  const [row] = await tx.query<{ long: boolean }>(
    'SELECT count(*) >= $1 AS long FROM (SELECT FROM outbox LIMIT $1) AS waiting',
    [most],
  );
  return row!.long;
}

export async function forgetTold(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.run('DELETE FROM outbox WHERE id = ANY($1::bigint[])', [ids]);
}

function factOf({ imported, reread, effects, ...feedback }: Told, source: number) {
  const fact = feedbackFact(feedback, source);
  if (reread) return { ...fact, cause: 'reread' as const };
  return imported ? { ...fact, cause: 'import' as const, ...(effects && { effects }) } : fact;
}
