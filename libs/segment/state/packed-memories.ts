import type { Json } from '@entente/kernel';
import { tag, VERSION } from './format';
import { Reader } from './reader';
import type { Writer } from './writer';

/** What stored memories keep, as bytes, with the places where each of them begins. Their keys are ASCII. */
export class PackedMemories {
  readonly size: number;
  /** Of each memory the places where it, its key and its value begin; in the end where all ends. */
  private readonly places: number[];

  /** Throws a `RangeError` for what is no state, or one cut short. */
  constructor(private readonly bytes: Buffer) {
    const reader = new Reader(bytes);
    if (reader.byte() !== VERSION) throw new RangeError('a state of a version that is not known');
    if (reader.byte() !== tag.object) throw new RangeError('a state that cannot be read');
    this.size = reader.whole();
    if (this.size > bytes.length) throw new RangeError('a state that ends too early');
    this.places = new Array<number>(3 * this.size + 1);
    for (let at = 0; at < this.size; at += 1) {
      this.places[3 * at] = reader.place;
      const length = reader.whole();
      this.places[3 * at + 1] = reader.place;
      this.places[3 * at + 2] = reader.past(length);
      reader.skip();
    }
    this.places[3 * this.size] = reader.place;
  }

  get(memory: string): Json | undefined {
    const at = this.find(memory);
    return at < 0 ? undefined : this.valueAt(at);
  }

  keys(): string[] {
    return Array.from({ length: this.size }, (_, at) => this.keyAt(at));
  }

  unpacked(): Map<string, Json> {
    return new Map(Array.from({ length: this.size }, (_, at) => [this.keyAt(at), this.valueAt(at)]));
  }

  /** Writes all but those which are replaced. */
  writeTo(writer: Writer, replaced: readonly number[]): void {
    for (let at = 0; at < this.size; at += 1)
      if (!replaced.includes(at)) writer.copy(this.bytes, this.places[3 * at]!, this.places[3 * at + 3]!);
  }

  private keyAt(at: number): string {
    return this.bytes.toString('latin1', this.places[3 * at + 1], this.places[3 * at + 2]);
  }

  private valueAt(at: number): Json {
    return new Reader(this.bytes, this.places[3 * at + 2]).value();
  }

  /** Which of them these memories are, counted from 0. */
  placesOf(memories: Iterable<string>): number[] {
    const places: number[] = [];
    for (const memory of memories) {
      const at = this.find(memory);
      if (at >= 0) places.push(at);
    }
    return places;
  }

  /** Which of them this memory is; -1 when it is none. */
  private find(memory: string): number {
    for (let at = 0; at < this.size; at += 1) if (this.isKey(memory, at)) return at;
    return -1;
  }

  private isKey(memory: string, at: number): boolean {
    const begin = this.places[3 * at + 1]!;
    if (this.places[3 * at + 2]! - begin !== memory.length) return false;
    for (let letter = 0; letter < memory.length; letter += 1)
      if (this.bytes[begin + letter] !== memory.charCodeAt(letter)) return false;
    return true;
  }
}
