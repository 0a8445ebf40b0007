import type { Json } from '@entente/kernel';
import type { Moment, Needs } from '../../conditions/kind';
import type { Remembered } from '../../memories/memory';
import { keptSince, sinceLast } from '../../memories/since';
import type { Behavior } from '../behavior';
import { feedOf } from '../scope';

/** Asks for a memory of a condition's events, of those after another event's last where it says so, and reads what it keeps. */
export function remembered<Kept extends Json, Options extends Json, Read>(
  behavior: Behavior,
  needs: Needs,
  asked: Omit<Remembered<Kept, Options>, 'feeds'>,
  read: (kept: Kept | undefined) => Read,
): (moment: Moment) => Read {
  const { since } = behavior;
  if (!since) {
    const memory = needs.memory({ ...asked, feeds: [feedOf(behavior)] });
    return ({ state }) => read(memory.in(state));
  }
  const kind = sinceLast(asked.kind);
  const memory = needs.memory({ ...asked, kind, feeds: [feedOf(behavior), feedOf(since)] });
  return ({ state }) => read(keptSince(memory.in(state)));
}
