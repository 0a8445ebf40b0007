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
  for (let digit = 0; digit < 32; digit += 1) letters[placeOf(digit)] = hex.charCodeAt(digit);
  letters[placeOf(12)] = '8'.charCodeAt(0);
  letters[placeOf(16)] = '89ab'.charCodeAt(parseInt(hex[16]!, 16) & 0x3);
  return letters.toString('latin1');
}

/** A UUID is put together here for each event: slices that are joined would leave a dozen strings behind. */
const letters = Buffer.alloc(36, '-');
const placeOf = (digit: number): number =>
  digit + (digit < 8 ? 0 : digit < 12 ? 1 : digit < 16 ? 2 : digit < 20 ? 3 : 4);

/** HMAC-SHA256 of a text: how an address is remembered where the address itself may not be. */
export const keyedHash = (key: Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/** Orders contact ids as the numbers they are. */
export const byContactId = (a: ContactId, b: ContactId): number =>
  a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length;
