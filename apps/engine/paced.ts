import type { Duration } from '@entente/kernel';

/** Counts what an engine does at once: what jobs over all contacts leave time for. */
export class Bustle {
  transactions = 0;
  /** How long they took, one beside the other counted twice. */
  worked: Duration = 0;

  note(took: Duration = 0): void {
    this.transactions += 1;
    this.worked += took;
  }
}

/** How a job over all contacts shares the machine with the stream and the timers. */
export interface Pace {
  /** The share of its time that it works while they have much to do. */
  readonly share: number;
  /** Its rest where there is nothing more to do. */
  readonly idle: Duration;
  readonly bustle: Bustle;
}

/** Where there is a little for them to do, so much more than that is left. */
const ROOM = 4;

/**
 * Work of which each piece is followed by a rest in proportion, so that it takes no more than a share of the time however long
 * its pieces are: all of it but `ROOM` times what the stream and the timers take, and a fixed one at least; by none where there was nothing
 * to leave time for. `work` says whether there is more to do.
 */
export function paced(
  { share, idle, bustle }: Pace,
  work: () => Promise<boolean>,
  now: () => number = () => performance.now(),
): () => Promise<Duration> {
  let [last, worked] = [now(), bustle.worked];
  return async () => {
    const [began, before] = [now(), bustle.transactions];
    if (!(await work())) return idle;
    const ended = now();
    const others = (bustle.worked - worked) / Math.max(1, ended - last);
    [last, worked] = [ended, bustle.worked];
    if (bustle.transactions === before) return 0;
    return (ended - began) * (1 / Math.max(share, 1 - ROOM * others) - 1);
  };
}
