import type { Gate } from './gate';

export const erased: Gate = ({ erased: isErased }) => {
  if (isErased === undefined) return { reason: 'erasure-unknown' };
  return isErased ? { reason: 'erased' } : undefined;
};
