import {
  askForTelling,
  moveCompanyReread,
  openCompanyReread,
  takeCompaniesAfter,
  takeLease,
  writeCompanies,
} from '@entente/storage';
import { readAnew } from '../companies';
import { chunkSize, leaseLength, type Engine } from '../engine';
import { untilSettled } from '../start-over';

/**
 * After a change of a source's trust or precedence: reads the companies anew, a chunk at a time, and has the contacts of
 * those told that look different now, which starts nothing. Gives whether there is more to do.
 */
export async function rereadCompanies(engine: Engine): Promise<boolean> {
  const { database, clock } = engine;
  if (!(await openCompanyReread(database))) return false;
  if (!(await takeLease(database, 'reread-companies', engine.id, leaseLength))) return false;
  await untilSettled(async () => {
    const definitions = await engine.definitions.latest();
    await database.transaction(async (tx) => {
      await engine.definitions.hold(tx, definitions);
      const walk = await openCompanyReread(tx);
      if (!walk) return;
      const rows = await takeCompaniesAfter(tx, walk.cursor, chunkSize);
      const companies = new Map(rows.map((row) => [row.id, row]));
      const changed = rows.map(({ id }) => id).filter((id) => readAnew(id, companies, definitions));
      await writeCompanies(
        tx,
        changed.map((id) => companies.get(id)!),
      );
      await askForTelling(
        tx,
        changed.map((company) => ({ company, at: clock.now(), cause: 'reread' })),
      );
      await moveCompanyReread(tx, walk, rows.at(-1)?.id);
    });
  });
  return true;
}
