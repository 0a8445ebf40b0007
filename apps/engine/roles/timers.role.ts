import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SECOND, type Duration, type Instant } from '@entente/kernel';
import { Loop, type Logger } from '@entente/runtime';
import { ShareLeases, timerBuckets } from '@entente/storage';
import { leaseLength, type Engine } from '../engine';
import { fireTimers } from '../fire-timers';
import { ENGINE, LOG } from '../tokens';

/** Longest rest: a timer that another process armed is found after it at the latest. */
const longestRest: Duration = SECOND / 4;
/** Rest while a timer is due and the partitions are being read up to it. */
const shortestRest: Duration = 5;

/** Everything that time alone causes, in this engine's share of the contacts. */
@Injectable()
export class TimersRole implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly leases: ShareLeases;
  private readonly loop: Loop;
  private renewedAt = -Infinity;
  private awaited: Instant | undefined;
  private patience = shortestRest;

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(LOG) log: Logger,
  ) {
    this.leases = new ShareLeases(engine.database, 'timers', timerBuckets, engine.id, leaseLength);
    this.loop = new Loop(
      () => this.pass(),
      (error) => log.error({ err: error }, 'timers did not fire; they are tried again'),
    );
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
    await this.leases.dropAll();
  }

  wake(): void {
    this.loop.wake();
  }

  private async pass(): Promise<Duration> {
    const { clock } = this.engine;
    if (clock.now() - this.renewedAt > leaseLength / 5) {
      await this.leases.balance();
      this.renewedAt = clock.now();
    }
    const buckets = this.leases.held();
    if (buckets.length === 0) return longestRest;
    const next = await fireTimers(this.engine, buckets);
    const rest = (next ?? Infinity) - clock.now();
    // While one timer stays due, the partitions are being read up to it, or stand: ever longer rests, until a batch wakes this.
    this.patience =
      next !== undefined && next === this.awaited ? Math.min(this.patience * 2, longestRest) : shortestRest;
    this.awaited = next;
    return Math.min(Math.max(rest, this.patience), longestRest);
  }
}
