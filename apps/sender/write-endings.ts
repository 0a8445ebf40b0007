import { SECOND } from '@entente/kernel';
import { endReleases, lockAddresses, sqlState, suppressAddress, tell, type Tx } from '@entente/storage';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ending } from './ending';
import type { Sender } from './sender';

const most = 200;

/** Writes endings as they come, many in one transaction; while the database is away it keeps them. */
export class EndingWriter {
  private pending: Ending[] = [];
  private writing: Promise<void> | undefined;

  constructor(private readonly sender: Sender) {}

  add(ending: Ending): void {
    this.pending.push(ending);
    this.writing ??= this.write();
  }

  /** Resolves when nothing is left to write. */
  async drained(): Promise<void> {
    while (this.writing) await this.writing;
  }

  private async write(): Promise<void> {
    await Promise.resolve(); // endings of the same turn go together
    while (this.pending.length > 0) await this.writeSome(this.pending.splice(0, most));
    this.writing = undefined;
  }

  /** Data that cannot be written is found by halves; a database that is away is waited for. */
  private async writeSome(endings: readonly Ending[]): Promise<void> {
    try {
      await this.commit(endings);
    } catch (error) {
      if (!isDataError(error)) {
        this.sender.log.warn({ err: error }, 'outcomes wait for the database');
        await sleep(SECOND);
        return this.writeSome(endings);
      }
      if (endings.length === 1) return this.giveUp(endings[0]!, error);
      const half = Math.ceil(endings.length / 2);
      await this.writeSome(endings.slice(0, half));
      await this.writeSome(endings.slice(half));
    }
  }

  private async commit(endings: readonly Ending[]): Promise<void> {
    const { database, clock, id, count } = this.sender;
    const at = clock.now();
    const held = await database.transaction(async (tx) => {
      await suppressAll(tx, endings, at);
      const ended = await endReleases(
        tx,
        endings.map(({ ended: one }) => one),
        { by: id, at },
      );
      await tell(
        tx,
        endings.flatMap(({ ended: one, told }) => (told && ended.has(one.id) ? [told] : [])),
      );
      return ended;
    });
    for (const { ended } of endings) if (held.has(ended.id)) count(ended.status, ended.reason ?? '');
  }

  private async giveUp({ ended, told }: Ending, error: unknown): Promise<void> {
    this.sender.log.error(
      { err: error, message: ended.id, status: ended.status },
      'an outcome cannot be written',
    );
    if (told) await this.writeSome([{ ended }]);
  }
}

/** An error that the same statement would meet again: not one of connection, resources or shutdown. */
function isDataError(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && !/^(08|53|55|57|58|25|40)/.test(state);
}

async function suppressAll(tx: Tx, endings: readonly Ending[], at: number): Promise<void> {
  const suppressions = endings.flatMap(({ suppress }) => suppress ?? []);
  await lockAddresses(tx, suppressions.map(({ addressHash }) => addressHash).sort(Buffer.compare));
  for (const { addressHash, detail } of suppressions)
    await suppressAddress(tx, addressHash, 'hard-bounce', { at, detail });
}
