import type { Comparison } from '../../comparisons/comparison';
import { firstThatDiffers, passesNumber, settlesAt } from '../../comparisons/count';
import type { Needs, Threshold, Tracked } from '../../conditions/kind';
import { amounts, type AmountOptions, type Amounts } from '../../memories/amounts';
import { earliest, earliestOf } from '../../memories/earliest';
import { latest, latestOf, totalOf } from '../../memories/latest';
import { instantsOf, values } from '../../memories/values';
import { againstOf, type Behavior } from '../behavior';
import { comparisonIn, type Of } from '../measures/of';
import { ratioIn } from '../measures/ratio';
import { leastOf, longestOf } from '../measures/regular';
import { sumIn } from '../measures/sum';
import { periodIn, periodNames } from '../parse-period';
import { isThroughLists } from '../../through-lists';
import { periodOf } from '../period';
import { isJudgedAnew } from '../scope';
import type { Series } from '../seen';
import { countEarliest, countLatest } from './counting';
import { compileEdge } from './edge';
import { averageGauge, countGauge, extremeGauge, ratioGauge, sumGauge, type Gauging } from './gauge';
import { compileMoving } from './moving';
import { compileRegular } from './regular';
import { remembered, type Recollection } from './remembered';
import { walkOver } from './walk';

/** A condition on events over the smallest memory that tells its truth at every instant. */
export function compileBehavior(behavior: Behavior, needs: Needs): Tracked {
  const tracked = compileMeasure(behavior, needs);
  return behavior.since ? tracked : Object.assign(tracked, { threshold: thresholdOf(behavior) });
}

/** As long as there are fewer, it is as if there were none. */
function thresholdOf(behavior: Behavior): Threshold {
  const { count, distinct, regular } = behavior;
  if (regular) return { events: leastOf(regular), within: longestOf(regular) };
  const ofOne = distinct && !isThroughLists(distinct.of) ? comparisonIn(distinct) : undefined;
  const asked = count ?? ofOne;
  const { reach } = periodOf(behavior);
  return {
    events: asked ? firstThatDiffers(asked) : 1,
    within: 'back' in reach && reach.older === 'out' ? reach.back : undefined,
  };
}

function compileMeasure(behavior: Behavior, needs: Needs): Tracked {
  if (isJudgedAnew(behavior)) return compileMoving(behavior, needs);
  const { count, sum, average, min, max, distinct, ratio, regular } = behavior;
  if (count) return compileCount(behavior, count, needs);
  if (sum) return compileAmounts(behavior, needs, sum, sumGauge(sumIn(sum)));
  if (average) return compileAmounts(behavior, needs, average, averageGauge(comparisonIn(average)));
  if (min) return compileAmounts(behavior, needs, min, extremeGauge('least', comparisonIn(min)), 'least');
  if (max)
    return compileAmounts(behavior, needs, max, extremeGauge('greatest', comparisonIn(max)), 'greatest');
  if (distinct) return compileDistinct(behavior, distinct, needs);
  if (ratio) return compileAmounts(behavior, needs, undefined, ratioGauge(ratioIn(ratio)));
  return regular ? compileRegular(behavior, regular, needs) : compileEdge(behavior, needs);
}

function compileCount(behavior: Behavior, count: Comparison, needs: Needs): Tracked {
  if (!periodNames.some((name) => behavior[name] !== undefined)) {
    const total = remembered(behavior, needs, { kind: latest, options: null, size: 0 }, totalOf);
    return { holds: (moment) => passesNumber(count, total.of(moment)) };
  }
  const { begins, ends } = periodOf(behavior);
  if (begins && ends) return compileAmounts(behavior, needs, undefined, countGauge(count));
  const counting = { period: periodIn(behavior), count };
  const asked = { options: null, size: settlesAt(count) };
  return ends
    ? countEarliest(counting, remembered(behavior, needs, { ...asked, kind: earliest }, earliestOf))
    : countLatest(counting, remembered(behavior, needs, { ...asked, kind: latest }, latestOf));
}

function compileDistinct(behavior: Behavior, distinct: Of, needs: Needs): Tracked {
  const { begins, ends } = periodOf(behavior);
  if (begins && ends) return compileMoving(behavior, needs);
  const count = comparisonIn(distinct);
  const from = ends ? 'first' : 'last';
  const asked = { kind: values, options: from, picks: [distinct.of], size: settlesAt(count) } as const;
  const over = from === 'last' ? countLatest : countEarliest;
  return over({ period: periodIn(behavior), count }, remembered(behavior, needs, asked, instantsOf));
}

function compileAmounts(
  behavior: Behavior,
  needs: Needs,
  measured: { readonly of: string } | undefined,
  gauging: Gauging,
  extreme: 'least' | 'greatest' | null = null,
): Tracked {
  const period = periodOf(behavior);
  const { begins, ends, moves, reach } = period;
  const isWindow = begins && moves && !ends;
  const options: AmountOptions =
    'back' in reach ? { older: reach.older, only: isWindow ? extreme : null } : reach;
  const asked = { kind: amounts, options, size: 'back' in reach ? reach.back : 0 };
  const { since } = behavior;
  const listOf = (series: Series, property: string | undefined): Recollection<Amounts | undefined> => {
    const picks = property === undefined ? [] : [property];
    return remembered({ ...series, ...(since && { since }) }, needs, { ...asked, picks }, (kept) => kept);
  };
  const against = againstOf(behavior);
  const lists = [listOf(behavior, measured?.of), ...(against ? [listOf(against, against.of)] : [])];
  return walkOver((moment) => lists.map((kept) => kept.of(moment)), period, gauging);
}
