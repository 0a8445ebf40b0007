import { MINUTE } from '@entente/kernel';
import {
  dropOldAuditEntries,
  dropOldJobs,
  dropOldLeases,
  dropOldRequests,
  frequentEventNames,
  markCommonEventNames,
  takeLease,
} from '@entente/storage';
import type { Engine } from '../engine';

/** One engine does it for all; how long is kept what is told in docs/storage.md. */
export async function keepHouse({ database, id }: Engine): Promise<void> {
  if (!(await takeLease(database, 'housekeeping', id, MINUTE))) return;
  await dropOldLeases(database);
  await dropOldRequests(database);
  await dropOldJobs(database);
  while (await dropOldAuditEntries(database));
  await markCommonEventNames(database, await frequentEventNames(database));
}
