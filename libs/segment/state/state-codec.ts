import { VERSION } from './format';
import { PackedMemories } from './packed-memories';
import { NOTHING_KEPT, SeriesState } from './series-state';
import { Writer } from './writer';

const EMPTY = Buffer.alloc(0);
/** Finding one of more memories among bytes takes longer than unpacking them. */
const MOST_PACKED = 32;

/** Encoding is one step that nothing interrupts, so that one writer serves all. */
const writer = new Writer();

/** A contact's state in few bytes: any plain JSON values, instants and UUIDs the shortest. */
export function encodeState({ unpacked, packed }: SeriesState): Buffer {
  const replaced = packed?.placesOf(unpacked.keys()) ?? [];
  const size = (packed?.size ?? 0) - replaced.length + unpacked.size;
  if (size === 0) return EMPTY;
  writer.reset();
  writer.byte(VERSION);
  writer.objectOf(size);
  packed?.writeTo(writer, replaced);
  for (const [memory, kept] of unpacked) writer.entry(memory, kept);
  return writer.taken();
}

/** Throws a `RangeError` for what `encodeState` did not write. */
export function decodeState(bytes: Buffer): SeriesState {
  if (bytes.length === 0) return NOTHING_KEPT;
  const packed = new PackedMemories(bytes);
  return packed.size > MOST_PACKED
    ? new SeriesState(packed.unpacked())
    : new SeriesState(NOTHING_KEPT.unpacked, packed);
}
