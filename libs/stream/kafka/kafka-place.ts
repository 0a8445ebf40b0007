import type { Instant } from '@entente/kernel';
import { BackOff, notYet } from '../back-off';

/** One partition while this consumer holds it, from one assignment of the group to the next. */
export class KafkaPlace {
  readonly backOff = new BackOff(100, 10_000);
  readonly notYet = notYet();
  readonly lost = new AbortController();
  /** The position to hand over next, once it was read from the database and found inside the log. */
  next: bigint | undefined;
  /** Arrivals are not handed over earlier than this: leaders of a partition have clocks of their own. */
  through: Instant = -Infinity;
  /** Stopped for good. */
  fatal = false;
  /** The finding of `next` that runs. */
  finding: Promise<bigint | undefined> | undefined;
  /** The position sought last, where a batch began behind it. */
  sought: bigint | undefined;

  constructor(readonly partition: number) {}
}
