import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';

/** A header field as it goes out, folded, without its final line break. */
export interface HeaderField {
  readonly name: string;
  readonly field: string;
}

/** A key that signs for a sending domain; its public half is at `selector._domainkey.domain`. */
export interface DkimKey {
  readonly domain: string;
  readonly selector: string;
  /** PEM of an RSA key. */
  readonly privateKey: string;
}

/** Signed where present; those of `oversigned` once more, so that nobody can add a second one. */
const signed = [
  'from',
  'to',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'mime-version',
  'content-type',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'list-id',
  'feedback-id',
  'auto-submitted',
  'precedence',
];
const oversigned = ['from', 'subject', 'to', 'date'];

/**
 * The DKIM-Signature field (RFC 6376; rsa-sha256, relaxed/relaxed) for these headers and this body. The RSA work is done on the
 * thread pool. `at` in milliseconds.
 */
export async function signatureOf(
  key: DkimKey,
  fields: readonly HeaderField[],
  body: string,
  at: number,
): Promise<string> {
  const present = signed.flatMap((name) => fields.filter((one) => one.name.toLowerCase() === name));
  const names = [...present.map(({ name }) => name.toLowerCase()), ...oversigned].join(':');
  const bodyHash = createHash('sha256').update(relaxedBody(body), 'latin1').digest('base64');
  const unsigned = [
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=${key.domain};`,
    ` s=${key.selector}; t=${Math.floor(at / 1_000)};`,
    ` h=${names.replace(/(.{50,70}):/g, '$1:\r\n  ')};`,
    ` bh=${bodyHash};`,
    ' b=',
  ].join('\r\n');
  const data = [...present.map(({ field }) => relaxedField(field)), relaxedField(unsigned)].join('\r\n');
  const signature = await signOnThreadPool(keyObject(key.privateKey), data);
  return unsigned + signature.replace(/.{1,70}/g, '$&\r\n  ').trimEnd();
}

const signOnThreadPool = (key: KeyObject, data: string): Promise<string> =>
  new Promise((resolve, reject) =>
    sign('sha256', Buffer.from(data, 'latin1'), key, (error, signature) =>
      error ? reject(error) : resolve(signature.toString('base64')),
    ),
  );

const keys = new Map<string, KeyObject>();
const maxKeys = 100;

function keyObject(pem: string): KeyObject {
  const found = keys.get(pem);
  if (found) return found;
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'rsa') throw new TypeError('a DKIM key must be an RSA key');
  if (keys.size >= maxKeys) keys.clear();
  keys.set(pem, key);
  return key;
}

/** RFC 6376 section 3.4.2. */
function relaxedField(field: string): string {
  const colon = field.indexOf(':');
  const value = field
    .slice(colon + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim();
  return `${field.slice(0, colon).toLowerCase().trimEnd()}:${value}`;
}

/** RFC 6376 section 3.4.4; the body ends with a line break. */
const relaxedBody = (body: string): string =>
  body
    .replace(/[ \t]+(?=\r\n)/g, '')
    .replace(/[ \t]+/g, ' ')
    .replace(/(?:\r\n)+$/, '\r\n');
