import type { Duration, Uuid } from '@entente/kernel';
import type { Database } from './database';
import { dropLeases, takeLease } from './leases';

/** How the shares of some work stand, as one of its members sees it. */
export interface Standing {
  /** Shares this member still holds; the others were taken from it. */
  readonly held: readonly number[];
  /** Shares that nobody holds. */
  readonly free: readonly number[];
  /** How many shares this member should hold: fair parts, which add up to all of them. */
  readonly quota: number;
}

/**
 * Divides the shares of some work (partitions, buckets of timers, lanes) among the members who do it, by leases that a dead
 * one stops renewing. They only save double work: what is done must be safe without them.
 */
export class ShareLeases {
  private holding: readonly number[] = [];

  /** `work` names it among all that is leased; its shares are numbered from 0. */
  constructor(
    private readonly database: Database,
    private readonly work: string,
    private readonly shares: number,
    private readonly owner: Uuid,
    private readonly length: Duration,
  ) {}

  /** Renews what it holds, gives up what is over the fair part, takes what is free; gives the shares held now. */
  async balance(): Promise<readonly number[]> {
    const { held, free, quota } = await this.renew(this.holding);
    const kept = held.slice(0, quota);
    await this.drop(held.slice(quota));
    this.holding = [...kept, ...(await this.take(free, quota - kept.length))];
    return this.holding;
  }

  /** The shares held since the last balance. */
  held(): readonly number[] {
    return this.holding;
  }

  /** Renews this member and the shares it holds, and looks who holds what. */
  async renew(holding: readonly number[]): Promise<Standing> {
    await takeLease(this.database, memberOf(this.work, this.owner), this.owner, this.length);
    const kept = await this.renewAll(holding);
    const alive = await this.alive();
    return {
      held: holding.filter((share) => kept.has(this.nameOf(share))),
      free: this.all().filter((share) => !alive.has(this.nameOf(share))),
      quota: this.quota(alive),
    };
  }

  /** Takes so many of the free shares, if others are not faster; gives those it got. */
  async take(free: readonly number[], wanted: number): Promise<number[]> {
    const taken: number[] = [];
    for (let at = 0; at < free.length && taken.length < wanted;) {
      const tried = free.slice(at, at + wanted - taken.length);
      taken.push(...(await this.takeAll(tried)));
      at += tried.length;
    }
    return taken;
  }

  async drop(shares: readonly number[]): Promise<void> {
    if (shares.length === 0) return;
    const names = shares.map((share) => this.nameOf(share));
    await this.database.run('DELETE FROM lease WHERE name = ANY ($1::text[]) AND owner = $2', [
      names,
      this.owner,
    ]);
  }

  /** Gives up everything at once, so that others need not wait for it to run out. */
  async dropAll(): Promise<void> {
    this.holding = [];
    await dropLeases(this.database, this.owner, `${this.work}/`);
  }

  /** A lease that is not ours any more is not made again. */
  private async renewAll(shares: readonly number[]): Promise<Set<string>> {
    if (shares.length === 0) return new Set();
    const rows = await this.database.query<{ name: string }>(
      `UPDATE lease SET leased_until = clock_timestamp() + $3 * interval '1 millisecond'
       WHERE name = ANY ($1::text[]) AND owner = $2 RETURNING name`,
      [shares.map((share) => this.nameOf(share)), this.owner, this.length],
    );
    return new Set(rows.map(({ name }) => name));
  }

  private async takeAll(shares: readonly number[]): Promise<number[]> {
    const rows = await this.database.query<{ name: string }>(
      `INSERT INTO lease AS held (name, owner, leased_until)
       SELECT name, $2, clock_timestamp() + $3 * interval '1 millisecond'
       FROM unnest($1::text[]) AS wanted (name) ORDER BY name
       ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, leased_until = excluded.leased_until
       WHERE held.owner = excluded.owner OR held.leased_until < clock_timestamp() RETURNING name`,
      [shares.map((share) => this.nameOf(share)), this.owner, this.length],
    );
    const got = new Set(rows.map(({ name }) => name));
    return shares.filter((share) => got.has(this.nameOf(share)));
  }

  /** Leases of this work that have not run out; members that ran out long ago are forgotten. */
  private async alive(): Promise<Set<string>> {
    const rows = await this.database.query<{ name: string }>(
      `WITH gone AS (DELETE FROM lease
         WHERE starts_with(name, $2) AND leased_until < clock_timestamp() - interval '1 minute')
       SELECT name FROM lease WHERE starts_with(name, $1) AND leased_until >= clock_timestamp()`,
      [`${this.work}/`, memberOf(this.work, '')],
    );
    return new Set(rows.map(({ name }) => name));
  }

  private quota(alive: ReadonlySet<string>): number {
    const members = [...alive].filter((name) => name.startsWith(memberOf(this.work, ''))).sort();
    const index = members.indexOf(memberOf(this.work, this.owner));
    if (index < 0) return 0;
    return Math.floor(this.shares / members.length) + (index < this.shares % members.length ? 1 : 0);
  }

  private all(): number[] {
    return Array.from({ length: this.shares }, (_, share) => share);
  }

  private nameOf(share: number): string {
    return `${this.work}/${share}`;
  }
}

/** The name of the lease that says that a member of some work is alive. */
export const memberOf = (work: string, owner: Uuid | ''): string => `${work}/member/${owner}`;
