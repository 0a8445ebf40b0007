import type { Duration } from '@entente/kernel';

/** Counts what an engine does at once: what jobs over all contacts leave time for. */
export class Bustle {
  transactions = 0;

  note(): void {
    this.transactions += 1;
  }
}

/** How a job over all contacts shares the machine with the stream and the timers. */
export interface Pace {
  /** The share of its time that it works while they have something to do. */
  readonly share: number;
  /** Its rest where there is nothing more to do. */
  readonly idle: Duration;
  readonly bustle: Bustle;
}

/**
 * Work of which each piece is followed by a rest in proportion, so that it takes no more than a share of the time however long
 * its pieces are; by none where there was nothing to leave time for. `work` says whether there is more to do.
 */
export const paced =
  (
    { share, idle, bustle }: Pace,
    work: () => Promise<boolean>,
    now: () => number = () => performance.now(),
  ) =>
  async (): Promise<Duration> => {
    const [began, before] = [now(), bustle.transactions];
    if (!(await work())) return idle;
    return bustle.transactions === before ? 0 : (now() - began) * (1 / share - 1);
  };
