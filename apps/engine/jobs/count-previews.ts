import { endPreview, lookAtAll, movePreview, openPreview, personsAfter, takeLease } from '@entente/storage';
import { chunkSize, leaseLength, type Engine } from '../engine';
import { whileLeased } from '../while-leased';

/**
 * Counts for marketers, a chunk of everybody at a time, who would be in a segment with a rule that is not saved. Nothing of it
 * is written but the job. Gives whether there is more to do.
 */
export async function countPreviews({ database, clock, id }: Engine): Promise<boolean> {
  const job = await openPreview(database);
  const lease = () => takeLease(database, 'previews', id, leaseLength);
  if (!job || !(await lease())) return false;
  const contacts = await personsAfter(database, job.cursor, chunkSize);
  if (contacts.length === 0) await endPreview(database, job);
  else {
    const now = clock.now();
    const found = await whileLeased(lease, () => lookAtAll(database, job.question, { contacts, now }));
    await movePreview(database, job, contacts.at(-1)!, found);
  }
  return true;
}
