import { segmentsNamed, type Rule } from '@entente/segment';
import type { Tx } from '../database/database';
import { currentSegmentVersions, type CurrentVersionRow } from './segments';
import { storedRule } from './stored-rule';

/** A version that is live or being built, with its rule read. */
export type Current = Omit<CurrentVersionRow, 'rule'> & { readonly rule: Rule };

export const currentVersions = async (tx: Tx): Promise<Current[]> =>
  (await currentSegmentVersions(tx)).map((row) => ({ ...row, rule: storedRule(row.rule) }));

/** The live segments that name `key`, directly or not, each with the rule it will have: of its building version, else its live one. */
export function dependents(key: string, current: readonly Current[]): Current[] {
  const newest = newestOf(current);
  const reached = new Set([key]);
  for (const one of reached)
    for (const { key: other, rule } of newest.values())
      if (segmentsNamed(rule).includes(one)) reached.add(other);
  return [...reached].slice(1).map((other) => newest.get(other)!);
}

/** Of each segment the version that is being built, else the live one. */
function newestOf(current: readonly Current[]): Map<string, Current> {
  const newest = new Map<string, Current>();
  for (const version of current)
    if (version.status === 'building' || !newest.has(version.key)) newest.set(version.key, version);
  return newest;
}

type Rules = ReadonlyMap<string, Rule>;

export const newestRules = (current: readonly Current[]): Map<string, Rule> =>
  new Map([...newestOf(current)].map(([key, { rule }]) => [key, rule]));

/** Gives up what is being built of a segment; gives the segments whose authors had asked it to start campaigns. */
export async function retireBuild(tx: Tx, key: string): Promise<readonly string[]> {
  const [retired] = await tx.query<{ startedBy: string[] }>(
    `UPDATE segment_version SET status = 'retired', retired_at = now() WHERE segment_key = $1 AND status = 'building'
     RETURNING started_by AS "startedBy"`,
    [key],
  );
  return retired?.startedBy ?? [];
}

/**
 * What the author of an edit asks of everything that is built for it. What authors of others asked of a version still being built holds, as far as
 * its rule still has to do with theirs.
 */
interface Author {
  readonly segment: string;
  readonly starts: boolean;
}

export async function addVersion(tx: Tx, key: string, rules: Rules, author?: Author): Promise<number> {
  const named = namedBy(key, rules);
  const others = (await retireBuild(tx, key)).filter(
    (segment) => segment !== author?.segment && named.has(segment),
  );
  const [row] = await tx.query<{ id: number }>(
    `INSERT INTO segment_version (segment_key, version, rule, status, started_by, ground)
     SELECT $1, coalesce(max(version), 0) + 1, $2::jsonb, 'building', $3, (SELECT ground FROM installation)
     FROM segment_version WHERE segment_key = $1 RETURNING id`,
    [key, JSON.stringify(rules.get(key)), author?.starts ? [...others, author.segment] : others],
  );
  return row!.id;
}

/** A segment and those that its rule names, directly or not. */
function namedBy(key: string, rules: Rules): Set<string> {
  const named = new Set([key]);
  for (const one of named)
    for (const other of rules.has(one) ? segmentsNamed(rules.get(one)!) : []) named.add(other);
  return named;
}
