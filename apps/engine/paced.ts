import type { Duration } from '@entente/kernel';

/**
 * Work of which each piece is followed by a rest in proportion, so that it takes no more than a share of the time however long
 * its pieces are. `work` says whether there is more to do; where there is not, the rest is `idle`.
 */
export const paced =
  (
    share: number,
    idle: Duration,
    work: () => Promise<boolean>,
    now: () => number = () => performance.now(),
  ) =>
  async (): Promise<Duration> => {
    const began = now();
    if (!(await work())) return idle;
    return (now() - began) * (1 / share - 1);
  };
