import type { Json } from '@entente/kernel';
import { SMALL, tag } from './format';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** So many bytes are copied faster one by one than by `Buffer.copy`, which makes a view of them first. */
const FEW = 100;

/** Writes plain JSON values into one buffer, one after another. */
export class Writer {
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
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    this.objectOf(entries.length);
    for (const [key, one] of entries) this.entry(key, one);
  }

  /** So many entries follow. */
  objectOf(entries: number): void {
    this.byte(tag.object);
    this.whole(entries);
  }

  entry(key: string, value: Json): void {
    this.text(key);
    this.value(value);
  }

  /** What was written once, as it is. */
  copy(bytes: Buffer, from: number, to: number): void {
    this.room(to - from);
    if (to - from > FEW) this.at += bytes.copy(this.buffer, this.at, from, to);
    else for (let place = from; place < to; place += 1) this.buffer[this.at++] = bytes[place]!;
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
