import type { Duration, Uuid } from '@entente/kernel';
import type { Database } from './database';
import { takeLease } from './leases';

/**
 * Divides a number of shares of some work (partitions, buckets of timers, lanes) fairly among the processes that do it, by
 * leases that a dead one stops renewing. They only save double work: what is done must be safe without them.
 */
export class ShareLeases {
  private holding: number[] = [];

  constructor(
    private readonly database: Database,
    private readonly work: string,
    private readonly shares: number,
    private readonly owner: Uuid,
    private readonly length: Duration,
  ) {}

  /** Renews what is held, gives up what is over the fair share, takes what is free; gives the shares held now. */
  async renew(): Promise<readonly number[]> {
    await takeLease(this.database, this.member(this.owner), this.owner, this.length);
    const alive = await this.alive();
    const quota = this.quota(alive);
    const mine = this.all().filter((share) => alive.get(this.name(share)) === this.owner);
    for (const share of mine.slice(quota)) await this.drop(this.name(share));
    const candidates = [
      ...mine.slice(0, quota),
      ...this.all().filter((share) => !alive.has(this.name(share))),
    ];
    const held: number[] = [];
    for (const share of candidates) {
      if (held.length >= quota) break;
      if (await takeLease(this.database, this.name(share), this.owner, this.length)) held.push(share);
    }
    this.holding = held;
    return held;
  }

  /** The shares held at the last renewal. */
  held(): readonly number[] {
    return this.holding;
  }

  /** Gives up everything at once, so that others need not wait for it to run out. */
  async dropAll(): Promise<void> {
    this.holding = [];
    await this.database.run('DELETE FROM lease WHERE owner = $1 AND starts_with(name, $2)', [
      this.owner,
      `${this.work}/`,
    ]);
  }

  private async alive(): Promise<Map<string, Uuid>> {
    const rows = await this.database.query<{ name: string; owner: Uuid }>(
      `WITH gone AS (DELETE FROM lease
         WHERE starts_with(name, $1 || 'member/') AND leased_until < clock_timestamp() - interval '1 minute')
       SELECT name, owner FROM lease WHERE starts_with(name, $1) AND leased_until >= clock_timestamp()`,
      [`${this.work}/`],
    );
    return new Map(rows.map(({ name, owner }) => [name, owner]));
  }

  private quota(alive: ReadonlyMap<string, Uuid>): number {
    const members = [...alive.keys()].filter((name) => name.startsWith(this.member(''))).sort();
    const index = members.indexOf(this.member(this.owner));
    if (index < 0) return 0;
    return Math.floor(this.shares / members.length) + (index < this.shares % members.length ? 1 : 0);
  }

  private async drop(name: string): Promise<void> {
    await this.database.run('DELETE FROM lease WHERE name = $1 AND owner = $2', [name, this.owner]);
  }

  private all(): number[] {
    return Array.from({ length: this.shares }, (_, share) => share);
  }

  private name(share: number): string {
    return `${this.work}/${share}`;
  }

  private member(owner: string): string {
    return `${this.work}/member/${owner}`;
  }
}
