import type { ContactId, Instant, Uuid } from '@entente/kernel';

/*
 * One-dimensional PostgreSQL arrays in the binary format, which node-postgres sends as they are: a statement for a
 * thousand rows takes one of these for each column, and neither side writes or reads any text.
 */

type Nullable<T> = readonly (T | null)[];

const HEADER = 20;
/** SQL's null, in place of a length. */
const NULL = -1;

function arrayOf(elementType: number, length: number, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER + bytes);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(1, 4); // there may be nulls
  buffer.writeInt32BE(elementType, 8);
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
}

/** An array whose elements all take `size` bytes, but for nulls. */
function fixedArray<T>(
  elementType: number,
  size: number,
  values: Nullable<T>,
  write: (buffer: Buffer, value: T, at: number) => void,
): Buffer {
  const buffer = arrayOf(elementType, values.length, values.length * (4 + size));
  let at = HEADER;
  // By place: to iterate makes an object for each element, which a batch has a hundred thousand of.
  for (let place = 0; place < values.length; place += 1) {
    const value = values[place] as T | null;
    if (value === null) {
      at = buffer.writeInt32BE(NULL, at);
      continue;
    }
    at = buffer.writeInt32BE(size, at);
    write(buffer, value, at);
    at += size;
  }
  return buffer.subarray(0, at);
}

/** `smallint[]` */
export const smallintArray = (values: readonly number[]): Buffer =>
  fixedArray(21, 2, values, (buffer, value, at) => buffer.writeInt16BE(value, at));

/** `integer[]` */
export const intArray = (values: readonly number[]): Buffer =>
  fixedArray(23, 4, values, (buffer, value, at) => buffer.writeInt32BE(value, at));

/** `boolean[]` */
export const booleanArray = (values: readonly boolean[]): Buffer =>
  fixedArray(16, 1, values, (buffer, value, at) => buffer.writeUInt8(value ? 1 : 0, at));

/** `bigint[]` of decimal texts, or of whole numbers that a double holds exactly. */
export const bigintArray = (values: readonly (ContactId | number)[]): Buffer =>
  fixedArray(20, 8, values, (buffer, value, at) => {
    if (typeof value === 'number' || value.length <= 15) writeInt64(buffer, Number(value), at);
    else buffer.writeBigInt64BE(BigInt(value), at);
  });

/** `timestamptz[]`; throws a `RangeError` for what is no year from 1 to 9999. */
export const instantArray = (values: Nullable<Instant>): Buffer => fixedArray(1184, 8, values, writeInstant);

/** Where a row is in its table, by page and item: a `ctid` as one number. */
export type Place = number;

/** `tid[]` */
export const tidArray = (values: readonly Place[]): Buffer =>
  fixedArray(27, 6, values, (buffer, value, at) => buffer.writeUIntBE(value, at, 6));

/** `uuid[]` */
export const uuidArray = (values: readonly Uuid[]): Buffer => fixedArray(2950, 16, values, writeUuid);

/** `text[]` */
export const textArray = (values: Nullable<string>): Buffer => varyingTexts(25, values, 0);

/** `jsonb[]` of JSON texts. */
export const jsonbArray = (texts: Nullable<string>): Buffer => varyingTexts(3802, texts, 1);

/** `bytea[]` */
export function byteaArray(values: Nullable<Buffer>): Buffer {
  let bytes = 0;
  for (const value of values) bytes += 4 + (value?.length ?? 0);
  const buffer = arrayOf(17, values.length, bytes);
  let at = HEADER;
  for (const value of values) {
    at = buffer.writeInt32BE(value?.length ?? NULL, at);
    if (value) at += value.copy(buffer, at);
  }
  return buffer;
}

/** Each text behind a version byte of 1 where its type has one. */
function varyingTexts(elementType: number, texts: Nullable<string>, versions: 0 | 1): Buffer {
  let bytes = 0;
  for (let place = 0; place < texts.length; place += 1) {
    const text = texts[place] as string | null;
    bytes += 4;
    if (text !== null) bytes += versions + (text.length <= SHORT ? 3 * text.length : Buffer.byteLength(text));
  }
  const buffer = arrayOf(elementType, texts.length, bytes);
  let at = HEADER;
  for (let place = 0; place < texts.length; place += 1) {
    const text = texts[place] as string | null;
    if (text === null) {
      at = buffer.writeInt32BE(NULL, at);
      continue;
    }
    if (versions === 1) buffer[at + 4] = 1;
    const length = versions + writeText(buffer, text, at + 4 + versions);
    at = buffer.writeInt32BE(length, at) + length;
  }
  return buffer.subarray(0, at);
}

/** Calling the encoder costs more than to copy so many letters. No letter takes more than three bytes. */
const SHORT = 24;

/** Gives how many bytes it takes. */
function writeText(buffer: Buffer, text: string, at: number): number {
  if (text.length > SHORT) return buffer.write(text, at);
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    if (code > 0x7f) return buffer.write(text, at);
    buffer[at + place] = code;
  }
  return text.length;
}

/** A whole number that a double holds exactly. */
function writeInt64(buffer: Buffer, value: number, at: number): void {
  const high = Math.floor(value / 2 ** 32);
  buffer.writeInt32BE(high, at);
  buffer.writeUInt32BE(value - high * 2 ** 32, at + 4);
}

/** What PostgreSQL counts instants from. */
export const EPOCH = Date.UTC(2000, 0, 1);
const YEAR_1 = -62_135_596_800_000;
const YEAR_10000 = 253_402_300_800_000;
/** Microseconds further from the epoch do not fit a double. */
const EXACT = Number.MAX_SAFE_INTEGER / 1_000;

function writeInstant(buffer: Buffer, instant: Instant, at: number): void {
  if (!(instant >= YEAR_1 && instant < YEAR_10000))
    throw new RangeError(`${instant} is no instant of any year`);
  const since = instant - EPOCH;
  if (Math.abs(since) <= EXACT) writeInt64(buffer, since * 1_000, at);
  else buffer.writeBigInt64BE(BigInt(since) * 1_000n, at);
}

/** Where the hexadecimal digits of each byte stand in a hyphenated UUID. */
const digits = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

function writeUuid(buffer: Buffer, uuid: Uuid, at: number): void {
  for (let byte = 0; byte < 16; byte += 1) {
    const digit = digits[byte]!;
    buffer[at + byte] = (nibble(uuid.charCodeAt(digit)) << 4) | nibble(uuid.charCodeAt(digit + 1));
  }
}

const nibble = (code: number): number => (code & 0x0f) + (code > 0x39 ? 9 : 0);
