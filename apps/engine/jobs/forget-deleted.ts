import { forgetDeletedLists, forgetDeletedMemberships } from '@entente/storage';
import type { Engine } from '../engine';

/** Deletes what is left of segments and lists that were deleted, a piece at a time; gives whether there may be more. */
export const forgetDeleted = ({ database, clock }: Engine): Promise<boolean> =>
  database.transaction(
    async (tx) => (await forgetDeletedMemberships(tx)) || (await forgetDeletedLists(tx, clock.now())),
  );
