import type { Json } from '@entente/kernel';
import type { PackedMemories } from './packed-memories';

/**
 * What is kept of a contact's events, so that conditions need no history: by the key of each memory that had an event, what
 * that memory keeps, as plain JSON. Most of what is stored is neither read nor changed when a contact is at hand: it stays packed.
 */
export class SeriesState {
  constructor(
    readonly unpacked: ReadonlyMap<string, Json>,
    readonly packed?: PackedMemories,
  ) {}

  get(memory: string): Json | undefined {
    const kept = this.unpacked.get(memory);
    return kept === undefined ? this.packed?.get(memory) : kept;
  }

  /** This state with other memories unpacked. */
  with(unpacked: ReadonlyMap<string, Json>): SeriesState {
    return new SeriesState(unpacked, this.packed);
  }

  keys(): Set<string> {
    return new Set([...(this.packed?.keys() ?? []), ...this.unpacked.keys()]);
  }
}

/** Of a contact without events. */
export const NOTHING_KEPT = new SeriesState(new Map());
