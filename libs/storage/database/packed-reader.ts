import type { Instant, Uuid } from '@entente/kernel';
import { EPOCH, type Place } from './binary-array';

/**
 * Reads what a statement packed into one `bytea` by PostgreSQL's `…send` functions, value by value: a row for each would cost several
 * times as much. What is large is sent as base64: a `bytea` itself comes as hexadecimal digits, which both sides take longer for.
 */
export class PackedReader {
  private at = 0;

  constructor(private readonly buffer: Buffer) {}

  /** Of `encode(…, 'base64')`; null: of nothing. */
  static ofBase64(text: string | null): PackedReader {
    return new PackedReader(Buffer.from(text ?? '', 'base64'));
  }

  get isDone(): boolean {
    return this.at >= this.buffer.length;
  }

  /** Of `int2send`. */
  smallint(): number {
    return this.buffer.readInt16BE(this.past(2));
  }

  /** Of `int4send`. */
  integer(): number {
    return this.buffer.readInt32BE(this.past(4));
  }

  /** Of `int8send`, as decimal text. */
  bigint(): string {
    const at = this.past(8);
    const high = this.buffer.readInt32BE(at);
    if (Math.abs(high) >= EXACT) return String(this.buffer.readBigInt64BE(at));
    return String(high * 2 ** 32 + this.buffer.readUInt32BE(at + 4));
  }

  /** Of `int8send`, of what a double holds exactly. */
  wholeNumber(): number {
    const at = this.past(8);
    return this.buffer.readInt32BE(at) * 2 ** 32 + this.buffer.readUInt32BE(at + 4);
  }

  /** Of `timestamptz_send`, to the millisecond. */
  instant(): Instant {
    const at = this.past(8);
    const high = this.buffer.readInt32BE(at);
    if (Math.abs(high) >= EXACT) return EPOCH + Number(this.buffer.readBigInt64BE(at) / 1_000n);
    return EPOCH + Math.floor((high * 2 ** 32 + this.buffer.readUInt32BE(at + 4)) / 1_000);
  }

  /** The same, undefined for `infinity`. */
  instantIfAny(): Instant | undefined {
    if (this.buffer.readInt32BE(this.at) !== INFINITY) return this.instant();
    this.past(8);
    return undefined;
  }

  /** Of `tidsend`. */
  place(): Place {
    return this.buffer.readUIntBE(this.past(6), 6);
  }

  /** Of `uuid_send`. */
  uuid(): Uuid {
    const at = this.past(16);
    const hex = this.buffer.toString('hex', at, at + 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** Of `int4send` of their number, and the bytes: a view of them. */
  bytes(): Buffer {
    const length = this.integer();
    const at = this.past(length);
    return this.buffer.subarray(at, at + length);
  }

  /** Of `array_send` of an `integer[]` of at most one dimension, without nulls. */
  integers(): number[] {
    const dimensions = this.integer();
    this.past(4 + 4);
    if (dimensions === 0) return [];
    const values = new Array<number>(this.integer());
    this.past(4);
    for (let place = 0; place < values.length; place += 1)
      values[place] = this.buffer.readInt32BE(this.past(4 + 4) + 4);
    return values;
  }

  private past(bytes: number): number {
    const { at } = this;
    this.at = at + bytes;
    return at;
  }
}

/** The high half of what a double holds exactly is smaller. */
const EXACT = 2 ** 20;
/** The high half of `infinity`, which no instant has. */
const INFINITY = 2 ** 31 - 1;
