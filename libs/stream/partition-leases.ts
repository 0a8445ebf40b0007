import type { Duration, Uuid } from '@entente/kernel';
import { dropLeases, takeLease, type Database } from '@entente/storage';

/** What the members of a consumer's group hold now, as one of them sees it. */
export interface Shares {
  /** Partitions this member still holds; the others were taken from it. */
  readonly held: readonly number[];
  /** Partitions that nobody holds. */
  readonly free: readonly number[];
  /** How many partitions this member should hold: fair shares, which add up to all of them. */
  readonly quota: number;
}

/**
 * Shares the partitions of a topic among the members of a consumer's group, by leases that a dead member stops renewing.
 * They only save double work: what a batch does is guarded by its position.
 */
export class PartitionLeases {
  private readonly prefix: string;

  constructor(
    private readonly database: Database,
    group: { readonly topic: string; readonly consumer: string },
    private readonly partitions: number,
    private readonly owner: Uuid,
    private readonly length: Duration,
  ) {
    this.prefix = `stream/${group.topic}/${group.consumer}/`;
  }

  /** Renews this member and the partitions it holds, and looks who holds what. */
  async renew(holding: readonly number[]): Promise<Shares> {
    const kept = await this.renewAll(holding);
    const alive = await this.alive();
    const members = [...alive.keys()].filter((name) => name.startsWith(this.memberName(''))).sort();
    const all = Array.from({ length: this.partitions }, (_, partition) => partition);
    return {
      held: holding.filter((partition) => kept.has(this.nameOf(partition))),
      free: all.filter((partition) => !alive.has(this.nameOf(partition))),
      quota: this.quota(members.indexOf(this.memberName(this.owner)), members.length),
    };
  }

  take(partition: number): Promise<boolean> {
    return takeLease(this.database, this.nameOf(partition), this.owner, this.length);
  }

  async drop(partition: number): Promise<void> {
    const name = this.nameOf(partition);
    await this.database.run('DELETE FROM lease WHERE name = $1 AND owner = $2', [name, this.owner]);
  }

  dropAll(): Promise<void> {
    return dropLeases(this.database, this.owner);
  }

  /** Gives the partitions still held: a lease that is not ours any more is not made again. */
  private async renewAll(holding: readonly number[]): Promise<Set<string>> {
    await takeLease(this.database, this.memberName(this.owner), this.owner, this.length);
    const rows = await this.database.query<{ name: string }>(
      `UPDATE lease SET leased_until = clock_timestamp() + $3 * interval '1 millisecond'
       WHERE name = ANY ($1::text[]) AND owner = $2 RETURNING name`,
      [holding.map((partition) => this.nameOf(partition)), this.owner, this.length],
    );
    return new Set(rows.map(({ name }) => name));
  }

  /** Leases of the group that have not run out; members that ran out long ago are forgotten. */
  private async alive(): Promise<Map<string, Uuid>> {
    const rows = await this.database.query<{ name: string; owner: Uuid }>(
      `WITH gone AS (DELETE FROM lease
         WHERE starts_with(name, $1 || 'member/') AND leased_until < clock_timestamp() - interval '1 minute')
       SELECT name, owner FROM lease WHERE starts_with(name, $1) AND leased_until >= clock_timestamp()`,
      [this.prefix],
    );
    return new Map(rows.map(({ name, owner }) => [name, owner]));
  }

  private quota(index: number, members: number): number {
    if (index < 0) return 0;
    return Math.floor(this.partitions / members) + (index < this.partitions % members ? 1 : 0);
  }

  private nameOf(partition: number): string {
    return `${this.prefix}${partition}`;
  }

  private memberName(owner: Uuid): string {
    return `${this.prefix}member/${owner}`;
  }
}
