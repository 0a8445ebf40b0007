import type { Tx } from '../database/database';
import type { Generation } from '../database/definitions';

/**
 * Notes which series of events the definitions of a generation keep, each with how many instants, and gives for each the
 * generation since which it is kept without a gap: a state folded then or later holds what it needs. Whoever folds by a
 * generation notes it before; so a series that was given up in between, even for one generation, counts from anew.
 */
export async function noteKeptSeries(
  tx: Tx,
  generation: Generation,
  needs: Readonly<Record<string, number>>,
): Promise<Map<string, Generation>> {
  const isNews = await tx.run('UPDATE definitions SET series_of = $1 WHERE series_of < $1', [generation]);
  if (isNews > 0) await replaceSeries(tx, generation, needs);
  const rows = await tx.query<{ key: string; since: string }>('SELECT key, since FROM series');
  return new Map(rows.map(({ key, since }) => [key, Number(since)]));
}

async function replaceSeries(
  tx: Tx,
  generation: Generation,
  needs: Readonly<Record<string, number>>,
): Promise<void> {
  await tx.run('DELETE FROM series WHERE key <> ALL($1::text[])', [Object.keys(needs)]);
  await tx.run(
    `INSERT INTO series AS known (key, keep, since)
     SELECT key, keep, $3 FROM unnest($1::text[], $2::bigint[]) AS n (key, keep)
     ON CONFLICT (key) DO UPDATE
     SET keep = excluded.keep, since = CASE WHEN excluded.keep > known.keep THEN excluded.since ELSE known.since END`,
    [Object.keys(needs), Object.values(needs), generation],
  );
}

/** Has whatever states hold counted as lacking, from the next generation on. The transaction must hold `publish`. */
export const forgetKeptSeries = (tx: Tx): Promise<number> => tx.run('DELETE FROM series');
