import { parseDuration, type Duration, type Instant } from '@entente/kernel';

/** Periods of one length, one before the other back from now: the present one has the number 0, the one before it -1. */
export const isRolling = (name: string): boolean => name.startsWith('P');
export const lengthOf = (period: string): Duration => parseDuration(period)!;

/** The number of the period that an instant is in; it goes on to the one before when it is as long ago as the period is long. */
export const numberBack = (at: Instant, length: Duration, now: Instant): number =>
  -Math.floor((now - at) / length);

/** When an instant that has come goes on to the period before the one that it is in. */
const goesOnAt = (at: Instant, length: Duration, now: Instant): Instant =>
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

/**
 * The first instant after `now` at which it is no longer as it is, if nothing happens until then. Each instant goes on once within
 * the length of a period, and in every such round in the same order: periods have the same in them as in the round before, but are
 * further back. So one round is gone through, for all rounds at once.
 */
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
  const rounds = new Rounds(asked);
  for (const { number } of turns) rounds.add(number, 1);
  const before = rounds.pass(0);
  let change: Instant | undefined;
  for (const [place, { number, next }] of turns.entries()) {
    rounds.add(number, -1);
    rounds.add(number - 1, 1);
    if (turns[place + 1]?.next === next) continue;
    const round = rounds.firstThatIsNot(before);
    if (round === undefined) continue;
    change = next + round * length;
    if (round === 0) break;
    rounds.leaveOutFrom(round);
  }
  return change;
}

/** How often something happened in each period, and by round, each of which takes all of them one further back, how many count. */
class Rounds {
  private readonly often = new Map<number, number>();
  /** Until nothing is in sight. */
  private readonly many: number[];
  private isChanged = true;

  constructor(private readonly asked: AskedOfPeriods) {
    this.many = Array.from({ length: 1 - asked.first }, () => 0);
  }

  /** `number` is that of the period in the first round. */
  add(number: number, times: number): void {
    const { first, last, counts } = this.asked;
    const before = this.often.get(number) ?? 0;
    this.often.set(number, before + times);
    const difference = Number(counts(before + times)) - Number(counts(before));
    if (difference === 0) return;
    this.isChanged = true;
    const until = Math.min(number - first, this.many.length - 1);
    for (let round = Math.max(0, number - last); round <= until; round += 1) this.many[round]! += difference;
  }

  pass(round: number): boolean {
    return this.asked.passes(this.many[round]!);
  }

  /** The first round that passes or not, unlike before; of those that are not left out, and where something has changed since this was asked. */
  firstThatIsNot(before: boolean): number | undefined {
    if (!this.isChanged) return undefined;
    this.isChanged = false;
    const round = this.many.findIndex((many) => this.asked.passes(many) !== before);
    return round < 0 ? undefined : round;
  }

  leaveOutFrom(round: number): void {
    this.many.length = round;
  }
}
