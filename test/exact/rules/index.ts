import fc from 'fast-check';
import { parseRule, type Rule } from '@entente/segment';
import type { Scale } from '../scale';
import { event, plainComparisons } from './event';
import type { ArbitraryKind } from './kind';
import { relation } from './relations';
import { segment } from './segment';
import { plainAbsences, sequence } from './sequence';
import { trait } from './trait';

/** Adding a kind of condition to the comparison with the definition is one file and one line here. */
const kinds: readonly { readonly kind: ArbitraryKind; readonly weight: number }[] = [
  { kind: event, weight: 5 },
  { kind: sequence, weight: 2 },
  { kind: trait, weight: 4 },
  { kind: segment, weight: 2 },
  { kind: relation, weight: 5 },
];

/** Random rules that name no segment above `below`. */
export const rules = (scale: Scale, below: number): fc.Arbitrary<Rule> => {
  const conditions = kinds.map(({ kind, weight }) => ({ arbitrary: kind(scale, below), weight }));
  const tree = fc.letrec((tie) => {
    const nodes = fc.array(tie('node'), { minLength: 1, maxLength: 3 });
    return {
      node: fc.oneof(
        { depthSize: 'small', maxDepth: 3, withCrossShrink: true },
        ...conditions,
        { arbitrary: nodes.map((all) => ({ all })), weight: 3 },
        { arbitrary: nodes.map((any) => ({ any })), weight: 3 },
        { arbitrary: tie('node').map((not) => ({ not })), weight: 2 },
      ),
    };
  });
  return tree.node.filter(isSound).map(checked);
};

/** Random conditions on what somebody did, each a rule by itself. */
export const behaviors = (scale: Scale): fc.Arbitrary<Rule> =>
  fc
    .oneof({ arbitrary: event(scale, 0), weight: 3 }, { arbitrary: sequence(scale, 0), weight: 1 })
    .filter(isSound)
    .map(checked);

/** Random ratios of one thing to another, and sums of one less another, each a rule by itself: among all others they are few. */
export const comparisons = (scale: Scale): fc.Arbitrary<Rule> =>
  plainComparisons(scale).filter(isSound).map(checked);

/** Random sequences that end with what did not happen, each a rule by itself. */
export const absences = (scale: Scale): fc.Arbitrary<Rule> =>
  plainAbsences(scale).filter(isSound).map(checked);

/** Whether a rule is none that is refused because nothing passes it, or because it asks for what there cannot be. */
function isSound(json: unknown): boolean {
  const read = parseRule(json);
  return (
    !('problems' in read) ||
    read.problems.some(({ code }) => !['constant', 'instant', 'property'].includes(code))
  );
}

function checked(json: unknown): Rule {
  const read = parseRule(json);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.rule;
}
