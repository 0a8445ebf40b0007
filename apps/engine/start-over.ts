import type { ContactId } from '@entente/kernel';
import { sqlState } from '@entente/storage';

/** What a transaction went by has changed under it: it begins again, with nothing done. */
export class StartOver extends Error {
  constructor() {
    super('what this transaction went by has changed');
  }
}

/** A contact's stored events are needed after all. */
export class NeedsHistory extends StartOver {
  constructor(readonly contact: ContactId) {
    super();
  }
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
      if (error instanceof NeedsHistory && !histories.has(error.contact)) histories.add(error.contact);
      else if (!isStale(error) || attempt >= tries) throw error;
      else attempt += 1;
    }
  }
}

/** A unique violation means that another transaction was faster with a row that this one did not see. */
const isStale = (error: unknown): boolean => error instanceof StartOver || sqlState(error) === '23505';
