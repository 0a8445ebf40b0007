const INT4 = 23;
const TEXT = 25;

/** A one-dimensional PostgreSQL array in the binary format, which node-postgres sends as it is: faster than its array text. */
function header(elementType: number, length: number, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(20 + bytes);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(0, 4);
  buffer.writeInt32BE(elementType, 8);
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
}

/** `integer[]` */
export function intArray(values: readonly number[]): Buffer {
  const buffer = header(INT4, values.length, values.length * 8);
  let at = 20;
  for (const value of values) {
    buffer.writeInt32BE(4, at);
    buffer.writeInt32BE(value, at + 4);
    at += 8;
  }
  return buffer;
}

/** `text[]` */
export function textArray(values: readonly string[]): Buffer {
  let bytes = 0;
  for (const value of values) bytes += 4 + Buffer.byteLength(value);
  const buffer = header(TEXT, values.length, bytes);
  let at = 20;
  for (const value of values) {
    const written = buffer.write(value, at + 4);
    buffer.writeInt32BE(written, at);
    at += 4 + written;
  }
  return buffer;
}
