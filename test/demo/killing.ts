import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoOptions } from './options';
import type { Place } from './place';
import { Random } from './random';

const EARLIEST_MS = 4_000;
const LATEST_MS = 14_000;
const BACK_WITHIN_MS = 60_000;

/** Ends Entente with `kill -9` now and then, as power cuts do. */
export class Killing {
  private readonly stopped = new AbortController();
  private readonly done: Promise<void>;

  constructor(place: Place, options: Pick<DemoOptions, 'kill' | 'seed'>) {
    this.done = this.run(place, options).catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.done;
  }

  private async run(place: Place, { kill, seed }: Pick<DemoOptions, 'kill' | 'seed'>): Promise<void> {
    const random = new Random(seed + 1);
    for (let times = 0; times < kill; times += 1) {
      await sleep(random.whole(EARLIEST_MS, LATEST_MS), undefined, { signal: this.stopped.signal });
      const before = place.returns;
      place.kill();
      for (const end = Date.now() + BACK_WITHIN_MS; place.returns === before && Date.now() < end;)
        await sleep(100);
    }
  }
}
