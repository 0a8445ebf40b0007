import { createHash, createHmac } from 'node:crypto';

/** A contact's number, as decimal text (a PostgreSQL bigint does not fit a JavaScript number). */
export type ContactId = string;

/** Lower-case hyphenated UUID. */
export type Uuid = string;

/** The UUID that these parts always give: 128 bits of their SHA-256, marked as version 8 (RFC 9562 section 5.8). */
export function stableUuid(...parts: readonly string[]): Uuid {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:${part}`);
  const bytes = hash.digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** HMAC-SHA256 of a text: how an address is remembered where the address itself may not be. */
export const keyedHash = (key: Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/** Orders contact ids as the numbers they are. */
export const byContactId = (a: ContactId, b: ContactId): number =>
  a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length;
