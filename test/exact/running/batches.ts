import type { Call } from '../../chaos/event-client';
import type { Random } from '../../demo/random';

export type Batch = readonly Call[];

const MOST = 60;
const REPEATED = 0.1;

/** Calls as a client sends them: some to many at a time, and now and then the same once more. */
export function batchesOf(calls: readonly Call[], random: Random): Batch[] {
  const batches: Batch[] = [];
  for (let from = 0; from < calls.length;) {
    const batch = calls.slice(from, (from += random.whole(1, MOST)));
    batches.push(batch, ...(random.chance(REPEATED) ? [random.pick(batches) ?? batch] : []));
  }
  return batches;
}

/** Cuts a list into so many parts, in order. */
export function inParts<T>(items: readonly T[], count: number): T[][] {
  const size = Math.ceil(items.length / count);
  return Array.from({ length: count }, (_, n) => items.slice(n * size, (n + 1) * size));
}
