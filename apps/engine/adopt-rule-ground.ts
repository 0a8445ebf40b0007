import { RULE_MEANING } from '@entente/segment';
import {
  changeRuleGround,
  forgetKeptSeries,
  publish,
  rebuildSegments,
  ruleGround,
  type Database,
} from '@entente/storage';

/**
 * Brings the installation to what this process takes rules to mean: another release, or another time zone, builds all segments
 * again while their versions of before stay live. What another release made of events is made of them again. Throws when a newer
 * release has worked here.
 */
export async function adoptRuleGround(database: Database, timeZone: string): Promise<void> {
  const ours = { timeZone, meaning: RULE_MEANING };
  await database.transaction(async (tx) => {
    const before = await ruleGround(tx);
    if (before.meaning > ours.meaning) throw new NewerRelease();
    if (before.meaning === ours.meaning && before.timeZone === ours.timeZone) return;
    await publish(tx);
    await changeRuleGround(tx, ours);
    if (before.meaning !== ours.meaning) await forgetKeptSeries(tx);
    await rebuildSegments(tx);
  });
}

/** An engine of an older release must not write states that a newer one would read otherwise. */
export class NewerRelease extends Error {
  constructor() {
    super('a newer release of Entente has worked on this database: start that one, or restore a backup');
  }
}
