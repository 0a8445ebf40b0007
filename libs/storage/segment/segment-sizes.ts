import { estimateSize, type SizeEstimate } from '@entente/segment';
import type { Database, Tx } from '../database/database';
import { Draw } from '../preview/draw';
import { contactRange } from '../preview/persons';

/** How many members a version has, counted: a second for ten million. */
export async function countMembers(tx: Tx, version: number): Promise<number> {
  const [row] = await tx.query<{ members: number }>(
    'SELECT count(*)::int AS members FROM membership WHERE version_id = $1',
    [version],
  );
  return row!.members;
}

export interface Quickness {
  /** Versions with more members than that are not counted. */
  readonly counted: number;
  /** Of them it is looked which of so many numbers, drawn from the range that contacts have, are members. */
  readonly drawn: number;
}

/** How many members versions have, as quickly whether these are thousands or millions. */
export const sizesOf = (
  database: Database,
  versions: readonly number[],
  quickness: Quickness = { counted: 20_000, drawn: 2_000 },
): Promise<Map<number, SizeEstimate>> =>
  database.transaction(async (tx) => {
    // Where statistics are behind, as after large builds, all members of a version would be looked up before the first is counted.
    await tx.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off');
    return sizesByKey(tx, versions, quickness);
  });

async function sizesByKey(
  tx: Tx,
  versions: readonly number[],
  { counted, drawn }: Quickness,
): Promise<Map<number, SizeEstimate>> {
  const few = await countUpTo(tx, versions, counted + 1);
  const many = versions.filter((version) => few.get(version)! > counted);
  const [first, last] = (many.length > 0 && (await contactRange(tx))) || [1, 0];
  const draw = new Draw(first, last, Math.random);
  const found = await countAmong(tx, many, draw.next(drawn));
  return new Map(
    versions.map((version) => {
      const known = few.get(version)!;
      const size = found.has(version)
        ? estimateSize(found.get(version)!, draw.drawn, draw.all)
        : { estimate: known, low: known, high: known };
      return [version, atLeast(known, size)];
    }),
  );
}

const atLeast = (known: number, { estimate, low, high }: SizeEstimate): SizeEstimate => ({
  estimate: Math.max(known, estimate),
  low: Math.max(known, low),
  high: Math.max(known, high),
});

const countUpTo = (tx: Tx, versions: readonly number[], most: number): Promise<Map<number, number>> =>
  counts(
    tx,
    `SELECT asked.version, (SELECT count(*)::int FROM (
       SELECT FROM membership WHERE version_id = asked.version LIMIT $2) AS few) AS members
     FROM unnest($1::int[]) AS asked (version)`,
    [versions, most],
  );

/** OFFSET 0 has each number looked up by itself. */
const countAmong = (
  tx: Tx,
  versions: readonly number[],
  numbers: readonly number[],
): Promise<Map<number, number>> =>
  counts(
    tx,
    `SELECT asked.version, (SELECT count(*)::int FROM unnest($2::bigint[]) AS drawn (id) WHERE EXISTS (
       SELECT FROM membership WHERE version_id = asked.version AND contact_id = drawn.id OFFSET 0)) AS members
     FROM unnest($1::int[]) AS asked (version)`,
    [versions, numbers],
  );

async function counts(tx: Tx, sql: string, parameters: readonly unknown[]): Promise<Map<number, number>> {
  const rows = await tx.query<{ version: number; members: number }>(sql, [...parameters]);
  return new Map(rows.map(({ version, members }) => [version, members]));
}
