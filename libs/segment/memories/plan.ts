import type { Duration } from '@entente/kernel';

/** How one step follows another: at most `gap` and at least `least` after it, and with nothing of the feed `without` in between. */
export type Link = {
  readonly gap: Duration | null;
  readonly least?: Duration;
  readonly without: number | null;
};

/** What must not come after the last step: anything of the feed, at most `gap` after it. */
export type Absence = { readonly gap: Duration; readonly feed: number };

/** A sequence as places among its feeds: the first of them are the steps. `links` has those from the second step on. */
export type Plan = {
  readonly links: readonly Link[];
  readonly overall: Duration | null;
  readonly absence?: Absence;
};

/** How long after its last event a chain is completed: the moment after the last at which something may still follow it. */
export const waitOf = ({ absence }: Plan): Duration => (absence ? absence.gap + 1 : 0);
