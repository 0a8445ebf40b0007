import type { Json } from '@entente/kernel';
import type { Moment, Needs } from '../../conditions/kind';
import type { Memory, Remembered } from '../../memories/memory';
import { keptSince, sinceLast } from '../../memories/since';
import { sinceOf, type Behavior } from '../behavior';
import { feedOf } from '../scope';
import type { Series } from '../seen';

type Reader<Kept, Read> = (kept: Kept | undefined) => Read;

/** What a condition reads in its memory. */
export interface Recollection<Read> {
  of(moment: Moment): Read;
}

class Recalled<Kept extends Json, Read> implements Recollection<Read> {
  constructor(
    private readonly memory: Memory<Kept>,
    private readonly read: Reader<Kept, Read>,
  ) {}

  of({ state }: Moment): Read {
    return this.read(this.memory.in(state));
  }
}

/** Asks for a memory of a condition's events, of those after another event's last where it says so, and reads what it keeps. */
export function remembered<Kept extends Json, Options extends Json, Read>(
  behavior: Series & Pick<Behavior, 'since'>,
  needs: Needs,
  asked: Omit<Remembered<Kept, Options>, 'feeds'>,
  read: Reader<Kept, Read>,
): Recollection<Read> {
  const since = sinceOf(behavior);
  if (!since) return new Recalled(needs.memory({ ...asked, feeds: [feedOf(behavior)] }), read);
  const kind = sinceLast(asked.kind);
  const memory = needs.memory({ ...asked, kind, feeds: [feedOf(behavior), feedOf(since)] });
  return new Recalled(memory, (kept) => read(keptSince(kept)));
}
