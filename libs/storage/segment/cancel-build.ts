import { Conflict } from '@entente/kernel';
import { ruleText, segmentsNamed } from '@entente/segment';
import type { Tx } from '../database/database';
import {
  addVersion,
  currentVersions,
  dependents,
  newestRules,
  retireBuild,
  type Current,
} from './versions-to-build';

/**
 * Gives up a build; its segment stays as it was. What is built because it names that segment is given up with it, and built anew where its own
 * rule is new, its live version is outdated, or it names something else that is built, for it was to be of this version; so is the segment itself,
 * by its live rule. Gives whether there was such a build. Throws `Conflict` where the rule is the live one, which what it names has built. The transaction must
 * hold `publish`.
 */
export async function cancelBuild(tx: Tx, version: number): Promise<boolean> {
  const before = await currentVersions(tx);
  const canceled = before.find(({ id, status }) => id === version && status === 'building');
  if (!canceled) return false;
  const live = new Map(before.filter(({ status }) => status === 'live').map((one) => [one.key, one]));
  const isNew = ({ key, rule }: Current) =>
    !live.has(key) || ruleText(live.get(key)!.rule) !== ruleText(rule);
  if (!isNew(canceled))
    throw new Conflict(
      `The rule of ${canceled.key} stays as it is: it is built anew for a segment that it names, or for what rules mean. Cancel the edit of that one.`,
    );
  const isToBuild = (one: Current) => isNew(one) || live.get(one.key)!.isOutdated;
  const own = live.get(canceled.key);
  const together = dependents(canceled.key, before).filter(({ status }) => status === 'building');
  const after = own ? [own, ...together] : together;
  const others = before.filter(
    (one) => one.status === 'building' && one !== canceled && !together.includes(one),
  );
  const stillBuilt = withDependents(
    [...others, ...together.filter(isToBuild), ...(own?.isOutdated ? [own] : [])],
    after,
  );
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
