import type { Fact } from '@entente/event';
import { DAY, SECOND, toIso, type Instant } from '@entente/kernel';
import type { Call } from '../../chaos/event-client';
import type { Random } from '../../demo/random';
import { Shoppers } from '../purchases/shoppers';

const DAYS = 730;
const VISITS_A_YEAR = 18;
/** Lengths of windows of the rules, in days. */
const windows = [14, 20, 30, 40, 45, 60, 75, 90, 100, 120, 180, 365];
const EDGES_SECONDS = 90;

/** Two years of a shop's people in the order in which they lived them. A tenth of it leaves a window of the rules within moments. */
export function histories(random: Random, tribe: string, people: number, now: Instant): Call[] {
  const shoppers = new Shoppers(random, 0, people, tribe);
  const visits = Math.ceil((people * VISITS_A_YEAR * DAYS) / 365);
  const said = Array.from({ length: visits }, () => shoppers.day(now - random.whole(0, DAYS) * DAY)).flat();
  const each = [...new Map(said.map((fact) => [fact.messageId, fact])).values()];
  const onEdge = (): Instant => now + random.whole(0, EDGES_SECONDS * SECOND) - random.pick(windows) * DAY;
  return each
    .map((fact) => (random.chance(0.1) ? { ...fact, timestamp: onEdge() } : fact))
    .sort((a, b) => a.timestamp - b.timestamp)
    .map(callOf);
}

const callOf = ({
  type,
  messageId,
  userId,
  anonymousId,
  name,
  properties,
  traits,
  context,
  timestamp,
}: Fact): Call => ({
  type: type === 'identify' ? 'identify' : 'track',
  messageId,
  ...(userId !== undefined && { userId }),
  ...(anonymousId !== undefined && { anonymousId }),
  ...(name !== undefined && { event: name }),
  ...(properties && { properties }),
  ...(traits && { traits }),
  ...(context && { context }),
  timestamp: toIso(timestamp),
});

/** The instants in a period at which something leaves a window. */
export const edgesWithin = (calls: readonly Call[], from: Instant, to: Instant): Instant[] =>
  calls.flatMap(({ timestamp }) =>
    windows.map((days) => Date.parse(timestamp) + days * DAY).filter((edge) => edge > from && edge < to),
  );
