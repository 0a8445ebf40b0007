import { hash, timingSafeEqual } from 'node:crypto';
import type { ContactId, Uuid } from '@entente/kernel';

/** What a token may be used for; a token made for one purpose is none for another. */
export const tokenPurposes = ['unsubscribe', 'preferences', 'click', 'open'] as const;
export type TokenPurpose = (typeof tokenPurposes)[number];

/** A key that signs or verifies tokens; `kid` (0 to 65,535) says which one a token was signed with. */
export interface TokenKey {
  readonly kid: number;
  readonly key: Buffer;
}

/** What a mailed token says, so that it needs no look-up to be honored. */
export interface TokenPayload {
  readonly purpose: TokenPurpose;
  readonly contact: ContactId;
  /** 32 bytes: the keyed hash of the address the mail went to. */
  readonly addressHash: Buffer;
  readonly message: Uuid;
  readonly topic?: string;
  /** click: where the link leads, at most 2,048 characters. */
  readonly url?: string;
  /** click: the link's number in the message, from 0. */
  readonly link?: number;
}

const version = 1;
const macBytes = 16;
const hashBytes = 32;
const headBytes = 1 + 2 + 1 + 8 + hashBytes + 16;
const maxTopicBytes = 255;
export const maxUrlCharacters = 2_048;
/** Longer than any token this module makes. */
const maxTokenCharacters = 12_000;

/**
 * The token for a payload: base64url of version, kid, purpose, fields and a 128-bit MAC over all of them.
 * Throws a RangeError for a payload that has no place in it.
 */
export function signToken(key: TokenKey, payload: TokenPayload): string {
  const token = encode(key.kid, payload);
  const body = token.subarray(0, -macBytes);
  token.write(macOf(key, body), body.length, 'binary');
  return token.toString('base64url');
}

/** What a token says, or undefined when it is not one of ours, not for this purpose, or not as we wrote it. */
export function readToken(
  keys: readonly TokenKey[],
  purpose: TokenPurpose,
  token: string,
): TokenPayload | undefined {
  if (token.length > maxTokenCharacters) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length < headBytes + 3 + macBytes || bytes.toString('base64url') !== token) return undefined;
  const body = bytes.subarray(0, -macBytes);
  const key = keys.find(({ kid }) => kid === body.readUInt16BE(1));
  if (!key || !timingSafeEqual(Buffer.from(macOf(key, body), 'binary'), bytes.subarray(-macBytes)))
    return undefined;
  return body[0] === version && tokenPurposes[body[3]!] === purpose ? decode(purpose, body) : undefined;
}

/**
 * The first 16 bytes of HMAC-SHA256 (RFC 2104), one character each. A mail takes some twenty of them, and two one-shot hashes
 * cost a third of what `createHmac` does.
 */
function macOf(key: TokenKey, body: Buffer): string {
  const { inner, outer } = padsOf(key);
  const digest = hash('sha256', Buffer.concat([inner, body]), 'binary');
  outer.write(digest, blockBytes, 'binary');
  return hash('sha256', outer, 'binary').slice(0, macBytes);
}

interface Pads {
  readonly inner: Buffer;
  /** Followed by room for the inner digest. */
  readonly outer: Buffer;
}

const blockBytes = 64;
const knownPads = new WeakMap<TokenKey, Pads>();

function padsOf(key: TokenKey): Pads {
  const known = knownPads.get(key);
  if (known) return known;
  const long = key.key.length > blockBytes;
  const block = Buffer.alloc(blockBytes);
  (long ? Buffer.from(hash('sha256', key.key, 'hex'), 'hex') : key.key).copy(block);
  const outer = Buffer.alloc(blockBytes + 32);
  outer.set(block.map((byte) => byte ^ 0x5c));
  const pads = { inner: Buffer.from(block.map((byte) => byte ^ 0x36)), outer };
  knownPads.set(key, pads);
  return pads;
}

/** The payload's bytes, with room for the MAC behind them. */
function encode(kid: number, payload: TokenPayload): Buffer {
  const { topic = '', url = '', addressHash } = payload;
  const topicBytes = Buffer.byteLength(topic);
  if (topicBytes > maxTopicBytes) throw new RangeError('a topic of more than 255 bytes fits no token');
  if (url.length > maxUrlCharacters) throw new RangeError('a longer URL than a token takes');
  if (addressHash.length !== hashBytes) throw new RangeError('an address hash has 32 bytes');
  const body = Buffer.allocUnsafe(headBytes + 3 + topicBytes + Buffer.byteLength(url) + macBytes);
  body.writeUInt8(version, 0);
  body.writeUInt16BE(kid, 1);
  body.writeUInt8(tokenPurposes.indexOf(payload.purpose), 3);
  body.writeBigInt64BE(BigInt(payload.contact), 4);
  addressHash.copy(body, 12);
  body.write(payload.message.replaceAll('-', ''), 12 + hashBytes, 'hex');
  body.writeUInt16BE(payload.link ?? 0, headBytes);
  body.writeUInt8(topicBytes, headBytes + 2);
  body.write(topic, headBytes + 3);
  body.write(url, headBytes + 3 + topicBytes);
  return body;
}

function decode(purpose: TokenPurpose, body: Buffer): TokenPayload {
  const topicEnd = headBytes + 3 + body[headBytes + 2]!;
  const topic = body.toString('utf8', headBytes + 3, topicEnd);
  const common = {
    purpose,
    contact: body.readBigInt64BE(4).toString(),
    addressHash: Buffer.from(body.subarray(12, 12 + hashBytes)),
    message: uuidText(body.toString('hex', 12 + hashBytes, headBytes)),
    ...(topic === '' ? {} : { topic }),
  };
  if (purpose !== 'click') return common;
  return { ...common, url: body.toString('utf8', topicEnd), link: body.readUInt16BE(headBytes) };
}

const uuidText = (hex: string): Uuid =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
