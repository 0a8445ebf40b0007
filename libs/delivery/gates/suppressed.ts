import type { Gate } from './gate';

export const suppressed: Gate = ({ suppressions }) => {
  if (suppressions === undefined) return { reason: 'suppression-unknown' };
  return suppressions.length > 0 ? { reason: suppressions[0]!.reason } : undefined;
};
