import type { Instant } from '@entente/kernel';
import type { Context } from './comparisons/operator';
import type { Facts } from './facts';
import { zoneOf } from './time-zone';

/** What comparisons may look at besides the value, for a contact at an instant. */
export const contextOf = ({ traits, timeZone }: Facts, now: Instant): Context => ({
  now,
  traits,
  zone: zoneOf(traits, timeZone),
});
