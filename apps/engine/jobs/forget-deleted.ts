import { forgetDeletedMemberships } from '@entente/storage';
import type { Engine } from '../engine';

/** Deletes what is left of segments that were deleted, a piece at a time; gives whether there may be more. */
export const forgetDeleted = ({ database }: Engine): Promise<boolean> =>
  database.transaction((tx) => forgetDeletedMemberships(tx));
