import { sqlState } from '@entente/storage';

/** What a transaction went by has changed under it: it begins again, with nothing done. */
export class StartOver extends Error {
  constructor() {
    super('what this transaction went by has changed');
  }
}

const tries = 20;

/** Runs a transaction, and again while what it went by changes under it. */
export async function untilSettled<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isStale(error) || attempt >= tries) throw error;
    }
  }
}

/** A unique violation means that another transaction was faster with a row that this one did not see. */
const isStale = (error: unknown): boolean => error instanceof StartOver || sqlState(error) === '23505';
