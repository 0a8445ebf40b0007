import type { Gate } from './gate';

/** A campaign that has ended starts nobody new; what it has queued still goes. */
const sending = new Set(['live', 'ended']);

export const paused: Gate = ({ campaign }) => {
  if (campaign === undefined) return { reason: 'campaign-unknown' };
  if (sending.has(campaign)) return undefined;
  return { reason: `campaign-${campaign}`, waits: campaign === 'paused' };
};
