import type { Act } from '@entente/consent';
import type { EndReason, Gate } from './gate';

export const permission: Gate = ({ permission: standing }) => {
  if (standing === undefined) return { reason: 'permission-unknown' };
  if (standing.allowed) return undefined;
  return { reason: refusalOf(standing.state) };
};

/** A state that would allow mail but not to this address was given for another one. */
function refusalOf(state: Act | 'none'): EndReason {
  if (state === 'none') return 'no-permission';
  return state === 'granted' || state === 'confirmed' ? 'permission-of-another-address' : state;
}
