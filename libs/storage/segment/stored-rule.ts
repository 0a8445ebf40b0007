import type { Json } from '@entente/kernel';
import { parseRule, type Rule } from '@entente/segment';

/** A rule that was checked before it was stored. */
export function storedRule(json: Json): Rule {
  const parsed = parseRule(json, 'rule', true);
  if ('rule' in parsed) return parsed.rule;
  throw new Error(`A stored rule cannot be read: ${JSON.stringify(parsed.problems)}`);
}
