import { toIso, type Instant } from '@entente/kernel';
import { wholeRule, type Rule, type WholeRule } from '@entente/segment';
import type { Tx } from '../database/database';
import { storedRule } from './stored-rule';
import type { SegmentVersionRow } from './segments';

/** The rule that a segment goes by, and which of its versions that is. */
export interface RuleVersion extends Pick<SegmentVersionRow, 'id' | 'key' | 'version' | 'rule'> {
  /** Whether it is live now. */
  readonly live: boolean;
}

/**
 * The version of each segment that is live, or was at an instant in the past; of a segment that had none then the first, for the
 * past is asked what the rule would have said.
 */
export async function rulesAt(tx: Tx, asOf?: Instant): Promise<Map<string, RuleVersion>> {
  const rows = await tx.query<RuleVersion>(
    `SELECT DISTINCT ON (segment_key) id, segment_key AS key, version, rule, status = 'live' AS live
     FROM segment_version
     WHERE live_at IS NOT NULL OR status = 'building'
     ORDER BY segment_key, (CASE WHEN $1::timestamptz IS NULL THEN status = 'live'
       ELSE live_at <= $1 AND coalesce(retired_at, 'infinity') > $1 END) IS TRUE DESC, version`,
    [asOf === undefined ? null : toIso(asOf)],
  );
  return new Map(rows.map((row) => [row.key, row]));
}

/** A rule with those that it names, as segments go by them at the instant of `rules`. */
export function readWith(rule: Rule, rules: ReadonlyMap<string, RuleVersion>): WholeRule {
  return wholeRule(rule, (segment) => {
    const found = rules.get(segment);
    return found && storedRule(found.rule);
  });
}
