import type { Json } from '@entente/kernel';
import type { SeriesState } from './memories/memory';

/*
 * The format, version 1: one byte for the version, then the value. A value starts with a tag. Whole numbers up to 127 are their
 * own tag; other tags say what follows. Lengths, counts and whole numbers take 7 bits of each byte, the lowest first. An
 * empty buffer is the state without events.
 */
const VERSION = 1;
const SMALL = 0x80;
const tag = {
  nil: 0,
  no: 1,
  yes: 2,
  double: 3,
  positive: 4,
  negative: 5,
  text: 6,
  uuid: 7,
  list: 8,
  object: 9,
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A contact's state in few bytes: any plain JSON values, instants and UUIDs the shortest. */
export function encodeState(state: SeriesState): Buffer {
  if (state.size === 0) return EMPTY;
  writer.reset();
  writer.byte(VERSION);
  writer.map(state);
  return writer.taken();
}

/** Throws a `RangeError` for what `encodeState` did not write. */
export function decodeState(bytes: Buffer): SeriesState {
  if (bytes.length === 0) return new Map();
  const reader = new Reader(bytes);
  if (reader.byte() !== VERSION) throw new RangeError('a state of a version that is not known');
  if (reader.byte() !== tag.object) throw new RangeError('a state that cannot be read');
  return reader.map();
}

const EMPTY = Buffer.alloc(0);

class Writer {
  private buffer = Buffer.allocUnsafe(1_024);
  private at = 0;

  reset(): void {
    this.at = 0;
  }

  taken(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.at));
  }

  byte(value: number): void {
    this.room(1);
    this.buffer[this.at++] = value;
  }

  value(value: Json): void {
    if (typeof value === 'number') this.number(value);
    else if (typeof value === 'string') this.string(value);
    else if (Array.isArray(value)) this.list(value as readonly Json[]);
    else if (value === null) this.byte(tag.nil);
    else if (typeof value === 'boolean') this.byte(value ? tag.yes : tag.no);
    else this.object(value as { readonly [key: string]: Json });
  }

  private number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) this.double(value);
    else if (value >= 0 && value < SMALL) this.byte(SMALL | value);
    else {
      this.byte(value < 0 ? tag.negative : tag.positive);
      this.whole(Math.abs(value));
    }
  }

  private double(value: number): void {
    this.byte(tag.double);
    this.room(8);
    this.at = this.buffer.writeDoubleBE(value, this.at);
  }

  private string(value: string): void {
    if (value.length === 36 && UUID.test(value)) {
      this.byte(tag.uuid);
      this.room(16);
      this.at += this.buffer.write(value.replaceAll('-', ''), this.at, 'hex');
    } else {
      this.byte(tag.text);
      this.text(value);
    }
  }

  private list(values: readonly Json[]): void {
    this.byte(tag.list);
    this.whole(values.length);
    for (let place = 0; place < values.length; place += 1) this.value(values[place]!);
  }

  private object(value: { readonly [key: string]: Json }): void {
    this.map(new Map(Object.entries(value).filter(([, one]) => one !== undefined)));
  }

  map(values: ReadonlyMap<string, Json>): void {
    this.byte(tag.object);
    this.whole(values.size);
    for (const [key, value] of values) {
      this.text(key);
      this.value(value);
    }
  }

  private text(text: string): void {
    const length = Buffer.byteLength(text);
    this.whole(length);
    this.room(length);
    this.at += this.buffer.write(text, this.at);
  }

  private whole(value: number): void {
    this.room(8);
    let left = value;
    for (; left >= SMALL; left = Math.floor(left / SMALL)) this.buffer[this.at++] = SMALL | (left % SMALL);
    this.buffer[this.at++] = left;
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.at + bytes));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }
}

/** Encoding is one step that nothing interrupts, so that one writer serves all. */
const writer = new Writer();

class Reader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  byte(): number {
    return this.bytes.readUInt8(this.at++);
  }

  value(): Json {
    const first = this.byte();
    if (first >= SMALL) return first - SMALL;
    switch (first) {
      case tag.positive:
        return this.whole();
      case tag.negative:
        return -this.whole();
      case tag.list:
        return this.list();
      case tag.object:
        return Object.fromEntries(this.map());
      case tag.text:
        return this.text();
      case tag.uuid:
        return this.uuid();
      case tag.double:
        return this.bytes.readDoubleBE(this.skip(8) - 8);
      case tag.nil:
        return null;
      case tag.no:
      case tag.yes:
        return first === tag.yes;
      default:
        throw new RangeError('a state that cannot be read');
    }
  }

  private list(): Json[] {
    const values: Json[] = [];
    for (let left = this.whole(); left > 0; left -= 1) values.push(this.value());
    return values;
  }

  map(): Map<string, Json> {
    const values = new Map<string, Json>();
    for (let left = this.whole(); left > 0; left -= 1) values.set(this.text(), this.value());
    return values;
  }

  private text(): string {
    const length = this.whole();
    return this.bytes.toString('utf8', this.at, this.skip(length));
  }

  private uuid(): string {
    const hex = this.bytes.toString('hex', this.at, this.skip(16));
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** Moves on by so many bytes, to where they end. */
  private skip(bytes: number): number {
    this.at += bytes;
    if (this.at > this.bytes.length) throw new RangeError('a state that ends too early');
    return this.at;
  }

  private whole(): number {
    let value = 0;
    for (let scale = 1; ; scale *= SMALL) {
      const byte = this.byte();
      value += (byte % SMALL) * scale;
      if (byte < SMALL) return value;
    }
  }
}
