import { parseDuration, type Duration, type Instant } from '@entente/kernel';

/** Periods of one length, one before the other back from now: the present one has the number 0, the one before it -1. */
export const isRolling = (name: string): boolean => name.startsWith('P');
export const lengthOf = (period: string): Duration => parseDuration(period)!;

/** The number of the period that an instant is in; it goes on to the one before when it is as long ago as the period is long. */
export const numberBack = (at: Instant, length: Duration, now: Instant): number =>
  -Math.floor((now - at) / length);

/** When an instant that has come goes on to the period before the one that it is in. */
export const goesOnAt = (at: Instant, length: Duration, now: Instant): Instant =>
  at + (1 - numberBack(at, length, now)) * length;

/** What is asked of periods: which of them count, by how often something happened in one, and whether so many are right. */
export interface AskedOfPeriods {
  readonly length: Duration;
  /** Those that are looked at, counted from the present one, which is 0. */
  readonly first: number;
  readonly last: number;
  counts(often: number): boolean;
  passes(many: number): boolean;
}

/** The first instant after `now` at which it is no longer as it is, if nothing happens until then. */
export function changeOfRolling(
  instants: readonly Instant[],
  asked: AskedOfPeriods,
  now: Instant,
): Instant | undefined {
  const { length, first } = asked;
  const turns = instants
    .map((at) => ({ number: numberBack(at, length, now), next: goesOnAt(at, length, now) }))
    .filter(({ number }) => number >= first)
    .sort((a, b) => a.next - b.next);
  const periods = new Periods(asked);
  for (const { number } of turns) periods.add(number, 1);
  const before = periods.pass();
  // Each goes on once within the length of a period, one after the other in the same order: so many rounds until all are out of sight.
  for (let round = 0; round <= -first; round += 1)
    for (const [place, { number, next }] of turns.entries()) {
      periods.add(number - round, -1);
      periods.add(number - round - 1, 1);
      const isAlone = turns[place + 1]?.next !== next;
      if (isAlone && periods.pass() !== before) return next + round * length;
    }
  return undefined;
}

/** How often something happened in each period, and how many of them count. */
class Periods {
  private readonly often = new Map<number, number>();
  private many = 0;

  constructor(private readonly asked: AskedOfPeriods) {}

  add(number: number, times: number): void {
    const { first, last, counts } = this.asked;
    if (number < first || number > last) return;
    const before = this.often.get(number) ?? 0;
    this.often.set(number, before + times);
    this.many += Number(counts(before + times)) - Number(counts(before));
  }

  pass(): boolean {
    return this.asked.passes(this.many);
  }
}
