import type { Duration } from '@entente/kernel';

/** How long to let a batch be that its handler was not ready for: a little, and growing while it is not. */
export const notYet = (): BackOff => new BackOff(5, 50);

/** Waits that double from `shortest` to `longest`, each shortened by chance by up to a quarter. */
export class BackOff {
  private next: Duration;

  constructor(
    private readonly shortest: Duration,
    private readonly longest: Duration,
  ) {
    this.next = shortest;
  }

  take(): Duration {
    const wait = this.next * (1 - Math.random() / 4);
    this.next = Math.min(this.next * 2, this.longest);
    return wait;
  }

  reset(): void {
    this.next = this.shortest;
  }
}
