import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../demo/random';
import type { Place, Victim } from './place';

export interface MischiefOptions {
  /** Mean time between two blows. */
  readonly everyMs: number;
  /** Longest time that something stays dead or frozen. */
  readonly longestMs: number;
  /** Beginnings of the names of what is struck; none: everything. */
  readonly only: readonly string[];
}

const AT_ONCE = 2;

/** Kills and freezes what runs, at random, and brings it back after a while. */
export class Mischief {
  readonly blows = new Map<string, number>();
  private readonly struck = new Map<Victim, Promise<void>>();
  private isOver = false;

  constructor(
    private readonly place: Place,
    private readonly random: Random,
    private readonly options: MischiefOptions,
  ) {}

  get total(): number {
    return [...this.blows.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Goes on until it is told to stop. */
  async wreak(stop: Promise<unknown>): Promise<void> {
    this.isOver = false;
    void stop.then(() => (this.isOver = true));
    while (!this.isOver) {
      await sleep(this.options.everyMs * (0.3 + 1.4 * this.random.next()));
      if (!this.isOver && this.struck.size < AT_ONCE) this.strike();
    }
    await this.end();
  }

  /** Waits until what was struck is back; then everything runs. */
  async end(): Promise<void> {
    await Promise.all(this.struck.values());
    await this.place.restoreAll();
  }

  /** One blow, to something that stands. */
  strike(): void {
    const standing = this.victims().filter((victim) => !this.struck.has(victim));
    const victim = this.choose(standing);
    if (!victim) return;
    const blow = (this.mayFreeze(victim) ? this.freeze(victim) : this.kill(victim)).then(
      () => void this.struck.delete(victim),
    );
    this.struck.set(victim, blow);
    blow.catch(() => undefined); // `end` waits for it
  }

  private victims(): readonly Victim[] {
    const { only } = this.options;
    const { victims } = this.place;
    return only.length === 0
      ? victims
      : victims.filter(({ name }) => only.some((one) => name.startsWith(one)));
  }

  private choose(victims: readonly Victim[]): Victim | undefined {
    let left = this.random.next() * victims.reduce((sum, { weight }) => sum + weight, 0);
    return victims.find(({ weight }) => (left -= weight) < 0);
  }

  private mayFreeze({ freeze }: Victim): boolean {
    return freeze !== undefined && this.random.chance(0.4);
  }

  private async kill(victim: Victim): Promise<void> {
    this.count(`kill -9 ${victim.name}`);
    await victim.kill();
    await this.pause();
    await victim.restore();
  }

  private async freeze(victim: Victim): Promise<void> {
    this.count(`SIGSTOP ${victim.name}`);
    victim.freeze!();
    await this.pause();
    victim.thaw!();
  }

  /** Mostly short; the longest ones outlast leases. */
  private pause(): Promise<void> {
    return sleep(50 + this.random.next() ** 2 * this.options.longestMs);
  }

  private count(blow: string): void {
    this.blows.set(blow, (this.blows.get(blow) ?? 0) + 1);
  }
}
