import type { Json } from '@entente/kernel';
import type { SeriesState } from './memory';

/** A state that some memories are missing from: whoever asks it for one of them gets the error that `refusal` makes. */
export class PartialState extends Map<string, Json> {
  constructor(
    held: SeriesState,
    private readonly lacked: ReadonlySet<string>,
    private readonly refusal: () => Error,
  ) {
    super();
    for (const [memory, kept] of held) if (!lacked.has(memory)) this.set(memory, kept);
  }

  override get(memory: string): Json | undefined {
    if (this.lacked.has(memory)) throw this.refusal();
    return super.get(memory);
  }

  copy(): PartialState {
    return new PartialState(this, this.lacked, this.refusal);
  }
}

/** A state to change that begins as this one is. */
export const copyOf = (state: SeriesState): Map<string, Json> =>
  state instanceof PartialState ? state.copy() : new Map(state);
