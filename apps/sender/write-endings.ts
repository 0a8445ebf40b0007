import { SECOND } from '@entente/kernel';
import { endReleases, sqlState, suppressAddresses, tell, tellWithheld, type Ended } from '@entente/storage';
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

  /** Data that cannot be written is found by halves. */
  private async writeSome(endings: readonly Ending[]): Promise<void> {
    try {
      await this.insist(endings);
    } catch (error) {
      if (endings.length === 1) return this.writeLess(endings[0]!, error);
      const half = Math.ceil(endings.length / 2);
      await this.writeSome(endings.slice(0, half));
      await this.writeSome(endings.slice(half));
    }
  }

  /** Commits; a database that is away or busy is waited for. */
  private async insist(endings: readonly Ending[]): Promise<void> {
    for (;;) {
      try {
        return await this.commit(endings);
      } catch (error) {
        if (isLasting(error)) throw error;
        this.sender.log.warn({ err: error }, 'outcomes wait for the database');
        await sleep(SECOND);
      }
    }
  }

  private async commit(endings: readonly Ending[]): Promise<void> {
    const { database, clock, id, count } = this.sender;
    const at = clock.now();
    const held = await database.transaction(async (tx) => {
      await suppressAddresses(
        tx,
        endings.flatMap(({ suppress }) => suppress ?? []),
        'hard-bounce',
        at,
      );
      const ended = await endReleases(
        tx,
        endings.map(({ ended: one }) => one),
        { by: id, at },
      );
      await tell(
        tx,
        endings.flatMap(({ ended: one, told }) => (told && ended.has(one.id) ? [told] : [])),
      );
      await tellWithheld(
        tx,
        endings.flatMap(({ ended: one, isWithheld }) => (isWithheld && ended.has(one.id) ? [one] : [])),
      );
      return ended;
    });
    for (const { ended } of endings) if (held.has(ended.id)) count(ended.status, ended.reason ?? '');
  }

  /** Writes what can be written of an outcome; in the end that nobody knows it, so that the message does not stay on its way. */
  private async writeLess(ending: Ending, cause: unknown): Promise<void> {
    const { id, status } = ending.ended;
    this.sender.log.error({ err: cause, message: id, status }, 'an outcome cannot be written as it is');
    for (const less of lesserEndings(ending)) {
      try {
        return await this.insist([less]);
      } catch (error) {
        this.sender.log.error({ err: error, message: id }, 'nor can less of it be written');
      }
    }
  }
}

/** What can be kept of an outcome, the most first: an address that must not be mailed again counts more than the telling. */
function lesserEndings({ ended, suppress }: Ending): Ending[] {
  const { contact, id, releasedAt } = ended;
  const unknown: Ended = {
    contact,
    id,
    releasedAt,
    status: 'unknown',
    reason: 'outcome-not-written',
    reply: '',
  };
  const withAddress = suppress
    ? [
        { ended, suppress },
        { ended: unknown, suppress },
      ]
    : [];
  return [...withAddress, { ended }, { ended: unknown }];
}

/** SQLSTATE classes of what another try may heal: connection, rollback, resources, not ready, operator, system. */
const passing = /^(08|25|40|53|55|57|58)/;

/** Whether the same endings would meet this error again. */
function isLasting(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return !passing.test(state);
  return error instanceof TypeError || error instanceof RangeError;
}
