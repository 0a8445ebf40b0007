import type { Json } from '@entente/kernel';
import { SeriesState } from './series-state';

/** A state that some memories are missing from: whoever asks it for one of them gets the error that `refusal` makes. */
export class PartialState extends SeriesState {
  constructor(
    private readonly held: SeriesState,
    private readonly lacked: ReadonlySet<string>,
    private readonly refusal: () => Error,
  ) {
    super(held.unpacked, held.packed);
  }

  override get(memory: string): Json | undefined {
    if (this.lacked.has(memory)) throw this.refusal();
    return super.get(memory);
  }

  override with(unpacked: ReadonlyMap<string, Json>): PartialState {
    return new PartialState(this.held.with(unpacked), this.lacked, this.refusal);
  }

  override keys(): Set<string> {
    return new Set([...super.keys()].filter((memory) => !this.lacked.has(memory)));
  }
}
