import { compileBook, SegmentCycle, type Rule, type SegmentVersion } from '@entente/segment';
import type { Tx } from '../database/database';
import { addVersion, currentVersions, dependents, newestRules, type Current } from './versions-to-build';

export interface SegmentToPublish {
  readonly key: string;
  readonly name: string;
  /** Whether entries and exits are told as events. */
  readonly events: boolean;
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
    `INSERT INTO segment (key, name, events) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE
     SET name = excluded.name, events = excluded.events, revision = segment.revision + 1, updated_at = now()`,
    [segment.key, segment.name, segment.events],
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
  const current = await currentVersions(tx);
  const others = current.filter(({ key, status }) => key !== segment.key || status === 'live');
  try {
    compileBook([...others.map(asSegmentVersion), trial(segment)]);
  } catch (error) {
    throw error instanceof SegmentCycle ? error.from(segment.key, segment.rule) : error;
  }
  return current;
}

/** Changes what there is besides the rule, which stays. The transaction must hold `publish`. */
export async function alterSegment(
  tx: Tx,
  { key, name, events }: Pick<SegmentToPublish, 'key' | 'name' | 'events'>,
): Promise<void> {
  await tx.run(
    'UPDATE segment SET name = $2, events = $3, revision = revision + 1, updated_at = now() WHERE key = $1',
    [key, name, events],
  );
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

/** Has every segment that is live, or becomes so, built again by its newest rule. The transaction must hold `publish`. */
export async function rebuildSegments(tx: Tx): Promise<void> {
  const rules = newestRules(await currentVersions(tx));
  for (const key of rules.keys()) await addVersion(tx, key, rules);
}
