import type { Clock, Duration } from '@entente/kernel';
import { estimateSize, type SizeEstimate } from '@entente/segment';
import type { Tx } from '../database/database';
import { Draw } from './draw';
import { addFound, look, nothingFound, type Group, type Found, type Question } from './look';
import { contactRange, personsAmong } from './persons';

/** Numbers drawn at most, and how many of them at once. */
const MOST = 4_000;
const AT_ONCE = 250;
/** Whoever has more events of these names is left out of the sample, and for the exact count to look at. */
const MOST_EVENTS = 5_000;
/** When no more are drawn; what is under way is finished. */
const ENOUGH: Duration = 600;

/** What a random sample says of everybody. */
export interface Sample {
  readonly found: Found;
  /** Whether everybody was looked at. */
  readonly isExact: boolean;
  readonly sizeOf: (group: Group) => SizeEstimate;
}

/**
 * Draws numbers from the range that contacts have, and looks at those that are persons. Numbers that nobody has count as drawn:
 * so the size needs no count of all contacts, which would take longer than the sample.
 */
export async function takeSample(
  tx: Tx,
  question: Question,
  { clock, random = Math.random }: { readonly clock: Clock; readonly random?: () => number },
): Promise<Sample> {
  const now = clock.now();
  const [first, last] = (await contactRange(tx)) ?? [1, 0];
  const draw = new Draw(first, last, random);
  let found = nothingFound;
  let missed = 0;
  while (draw.drawn < Math.min(MOST, draw.all) && clock.now() < now + ENOUGH) {
    const contacts = await personsAmong(tx, draw.next(AT_ONCE));
    const looked = await look(tx, question, { contacts, now, mostEvents: MOST_EVENTS });
    found = addFound(found, looked.found);
    missed += looked.leftOut.length;
  }
  const drawn = draw.drawn - missed;
  return {
    found,
    isExact: drawn >= draw.all,
    sizeOf: (group) => estimateSize(found.counts[group], drawn, draw.all),
  };
}
