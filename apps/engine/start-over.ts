import { setImmediate } from 'node:timers/promises';
import type { ContactId, Duration } from '@entente/kernel';
import { sqlState } from '@entente/storage';

/** What a transaction went by has changed under it: it begins again, with nothing done. */
export class StartOver extends Error {
  constructor() {
    super('what this transaction went by has changed');
  }
}

/** Stored events of contacts are needed after all. */
export class NeedsHistory extends StartOver {
  readonly contacts: readonly ContactId[];

  constructor(...contacts: ContactId[]) {
    super();
    this.contacts = contacts;
  }
}

/** How long nothing else of the process has its turn. */
const LONGEST_TURN: Duration = 20;

/**
 * Goes through what a transaction has to do. From the first contact on whose stored events are needed it does so in vain, but finds out
 * whose else are, so that it begins again once for all of them. Where that takes long, as with somebody who has many events, others of the process
 * have their turn in between.
 */
export async function forAll<T>(items: Iterable<T>, work: (item: T, index: number) => void): Promise<void> {
  const needed = new Set<ContactId>();
  let index = 0;
  let turn = performance.now();
  for (const item of items) {
    try {
      work(item, index++);
    } catch (error) {
      if (!(error instanceof NeedsHistory) && needed.size === 0) throw error;
      if (!(error instanceof NeedsHistory)) break;
      for (const contact of error.contacts) needed.add(contact);
    }
    if (performance.now() - turn < LONGEST_TURN) continue;
    await setImmediate();
    turn = performance.now();
  }
  if (needed.size > 0) throw new NeedsHistory(...needed);
}

const tries = 20;

/**
 * Runs a transaction, and again while what it went by changes under it, or while it finds that it needs more contacts' stored
 * events, which it is told.
 */
export async function untilSettled<T>(work: (histories: ReadonlySet<ContactId>) => Promise<T>): Promise<T> {
  const histories = new Set<ContactId>();
  for (let attempt = 1; ;) {
    try {
      return await work(histories);
    } catch (error) {
      const news = error instanceof NeedsHistory ? error.contacts.filter((one) => !histories.has(one)) : [];
      for (const contact of news) histories.add(contact);
      if (news.length > 0) continue;
      if (!isStale(error) || attempt >= tries) throw error;
      attempt += 1;
    }
  }
}

/** A unique violation means that another transaction was faster with a row that this one did not see. */
const isStale = (error: unknown): boolean => error instanceof StartOver || sqlState(error) === '23505';
