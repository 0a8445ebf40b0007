import { createHmac, hash } from 'node:crypto';

/** A contact's number, as decimal text (a PostgreSQL bigint does not fit a JavaScript number). */
export type ContactId = string;

/** Lower-case hyphenated UUID. */
export type Uuid = string;

/** The UUID that these parts always give: 128 bits of their SHA-256, marked as version 8 (RFC 9562 section 5.8). */
export function stableUuid(...parts: readonly string[]): Uuid {
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  const hex = hash('sha256', text);
  const version = hex.slice(13, 16);
  const variant = ((parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${version}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** HMAC-SHA256 of a text: how an address is remembered where the address itself may not be. */
export const keyedHash = (key: Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/** Orders contact ids as the numbers they are. */
export const byContactId = (a: ContactId, b: ContactId): number =>
  a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length;
