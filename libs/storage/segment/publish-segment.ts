import { Conflict, type Json } from '@entente/kernel';
import {
  compileBook,
  parseRule,
  ruleText,
  SegmentCycle,
  segmentsNamed,
  type Rule,
  type SegmentVersion,
} from '@entente/segment';
import type { Tx } from '../database/database';
import { currentSegmentVersions, type SegmentVersionRow } from './segments';

export interface SegmentToPublish {
  readonly key: string;
  readonly name: string;
  readonly rule: Rule;
  /** Whether those whom the swap brings in start campaigns, as if they had entered by themselves. */
  readonly enterOnSwap: boolean;
}

/**
 * Publishes a segment's rule as a new version to be built, in place of one that is still being built. Every segment that
 * names this one, itself or through others, is built anew with it, so that all can be swapped together. Gives the ids
 * of the versions to be built, this segment's first. Throws `SegmentCycle`. The transaction must hold `publish`.
 */
export async function publishSegment(tx: Tx, segment: SegmentToPublish): Promise<number[]> {
  const current = await compiledWith(tx, segment);
  await tx.run(
    `INSERT INTO segment (key, name) VALUES ($1, $2)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, revision = segment.revision + 1, updated_at = now()`,
    [segment.key, segment.name],
  );
  const author = { segment: segment.key, starts: segment.enterOnSwap };
  const together = [segment, ...dependents(segment.key, current)];
  const rules = newestRules(current).set(segment.key, segment.rule);
  const built: number[] = [];
  for (const { key } of together) built.push(await addVersion(tx, key, rules, author));
  return built;
}

/** Throws `SegmentCycle` when the rule could not be published under this key. */
export async function tryPublishing(tx: Tx, segment: Pick<SegmentToPublish, 'key' | 'rule'>): Promise<void> {
  await compiledWith(tx, segment);
}

/** All current versions, which have been compiled together with this one in place of one that is being built. */
async function compiledWith(
  tx: Tx,
  segment: Pick<SegmentToPublish, 'key' | 'rule'>,
): Promise<readonly Current[]> {
  const current = (await currentSegmentVersions(tx)).map(withRule);
  const others = current.filter(({ key, status }) => key !== segment.key || status === 'live');
  try {
    compileBook([...others.map(asSegmentVersion), trial(segment)]);
  } catch (error) {
    throw error instanceof SegmentCycle ? error.from(segment.key, segment.rule) : error;
  }
  return current;
}

/** Renames a segment whose rule stays. */
export async function renameSegment(tx: Tx, key: string, name: string): Promise<void> {
  await tx.run('UPDATE segment SET name = $2, revision = revision + 1, updated_at = now() WHERE key = $1', [
    key,
    name,
  ]);
}

type Current = Omit<SegmentVersionRow, 'rule'> & { readonly rule: Rule };

const withRule = (row: SegmentVersionRow): Current => ({ ...row, rule: storedRule(row.rule) });

/** A rule that was checked before it was stored. */
export function storedRule(json: Json): Rule {
  const parsed = parseRule(json);
  if ('rule' in parsed) return parsed.rule;
  throw new Error(`A stored rule cannot be read: ${JSON.stringify(parsed.problems)}`);
}

const asSegmentVersion = ({ id, key, status, rule }: Current): SegmentVersion => ({
  id,
  segment: key,
  status: status as SegmentVersion['status'],
  rule,
});

const trial = ({ key, rule }: Pick<SegmentToPublish, 'key' | 'rule'>): SegmentVersion => ({
  id: 0,
  segment: key,
  status: 'building',
  rule,
});

/** The live segments that name `key`, directly or not, each with the rule it will have: of its building version, else its live one. */
function dependents(key: string, current: readonly Current[]): Current[] {
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

const newestRules = (current: readonly Current[]): Map<string, Rule> =>
  new Map([...newestOf(current)].map(([key, { rule }]) => [key, rule]));

/**
 * Gives up a build; its segment stays as it was. What is built because it names that segment is given up with it, and built anew where its own
 * rule is new or it names something else that is built, for it was to be of this version; so is the segment itself, where its live rule names such
 * a one. Gives whether there was such a build. Throws `Conflict` where the rule is the live one, which what it names has built. The transaction must
 * hold `publish`.
 */
export async function cancelBuild(tx: Tx, version: number): Promise<boolean> {
  const before = (await currentSegmentVersions(tx)).map(withRule);
  const canceled = before.find(({ id, status }) => id === version && status === 'building');
  if (!canceled) return false;
  const live = new Map(before.filter(({ status }) => status === 'live').map((one) => [one.key, one]));
  const isNew = ({ key, rule }: Current) =>
    !live.has(key) || ruleText(live.get(key)!.rule) !== ruleText(rule);
  if (!isNew(canceled))
    throw new Conflict(
      `The rule of ${canceled.key} stays as it is: it is built anew for a segment that it names, or for what rules mean. Cancel the edit of that one.`,
    );
  const own = live.get(canceled.key);
  const together = dependents(canceled.key, before).filter(({ status }) => status === 'building');
  const after = own ? [own, ...together] : together;
  const others = before.filter(
    (one) => one.status === 'building' && one !== canceled && !together.includes(one),
  );
  const stillBuilt = withDependents([...others, ...together.filter(isNew)], after);
  const rules = newestRules(before);
  if (own) rules.set(own.key, own.rule);
  else rules.delete(canceled.key);
  await retireBuild(tx, canceled.key);
  for (const { key } of after)
    if (stillBuilt.has(key)) await addVersion(tx, key, rules, { segment: canceled.key, starts: false });
    else await retireBuild(tx, key);
  return true;
}

/** The keys of segments, and of those among others that name them, directly or not. */
function withDependents(built: readonly Current[], others: readonly Current[]): Set<string> {
  const keys = new Set(built.map(({ key }) => key));
  for (const key of keys)
    for (const { key: other, rule } of others) if (segmentsNamed(rule).includes(key)) keys.add(other);
  return keys;
}

/** Gives up what is being built of a segment; gives the segments whose authors had asked it to start campaigns. */
async function retireBuild(tx: Tx, key: string): Promise<readonly string[]> {
  const [retired] = await tx.query<{ startedBy: string[] }>(
    `UPDATE segment_version SET status = 'retired', retired_at = now() WHERE segment_key = $1 AND status = 'building'
     RETURNING started_by AS "startedBy"`,
    [key],
  );
  return retired?.startedBy ?? [];
}

/** Has every segment that is live, or becomes so, built again by its newest rule. The transaction must hold `publish`. */
export async function rebuildSegments(tx: Tx): Promise<void> {
  const rules = newestRules((await currentSegmentVersions(tx)).map(withRule));
  for (const key of rules.keys()) await addVersion(tx, key, rules);
}

/**
 * What the author of an edit asks of everything that is built for it. What authors of others asked of a version still being built holds, as far as
 * its rule still has to do with theirs.
 */
interface Author {
  readonly segment: string;
  readonly starts: boolean;
}

async function addVersion(tx: Tx, key: string, rules: Rules, author?: Author): Promise<number> {
  const named = namedBy(key, rules);
  const others = (await retireBuild(tx, key)).filter(
    (segment) => segment !== author?.segment && named.has(segment),
  );
  const [row] = await tx.query<{ id: number }>(
    `INSERT INTO segment_version (segment_key, version, rule, status, started_by)
     SELECT $1, coalesce(max(version), 0) + 1, $2::jsonb, 'building', $3
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
