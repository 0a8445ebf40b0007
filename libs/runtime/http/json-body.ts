import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Invalid } from '@entente/kernel';

/** How deep and how wide a JSON body may be; checked before it is parsed. */
export interface JsonLimits {
  readonly maxDepth: number;
  readonly maxKeys: number;
}

export const defaultJsonLimits: JsonLimits = { maxDepth: 64, maxKeys: 20_000 };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const opening = new Set([0x5b, 0x7b]);
const closing = new Set([0x5d, 0x7d]);

/** Parses a JSON body; `Invalid` when it is none, is too deep or wide, or has a key that could reach a prototype. */
export function parseJson(body: Buffer, limits: JsonLimits): unknown {
  if (!isUtf8(body)) throw badBody('encoding', 'The body is not UTF-8.');
  checkShape(body, limits);
  const text = body.toString('utf8');
  const value = parsed(text);
  if (mayNamePrototype(text)) refusePrototypeKeys(value);
  return value;
}

const inflate = promisify(gunzip);

/** A gzipped body unpacked to at most `limit` bytes; undefined when it is larger. */
export async function unzipped(body: Buffer, limit: number): Promise<Buffer | undefined> {
  try {
    return await inflate(body, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw badBody('encoding', 'The body is not gzip, as its Content-Encoding says.');
  }
}

/** One pass over the bytes, without recursion: strings are skipped, brackets and colons counted. */
function checkShape(body: Buffer, limits: JsonLimits): void {
  let depth = 0;
  let keys = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at]!;
    if (byte === QUOTE) at = endOfString(body, at);
    else if (byte === COLON) keys += 1;
    else if (opening.has(byte)) depth += 1;
    else if (closing.has(byte)) depth -= 1;
    if (depth > limits.maxDepth) throw badBody('too-deep', `At most ${limits.maxDepth} levels are read.`);
    if (keys > limits.maxKeys) throw badBody('too-many-keys', `At most ${limits.maxKeys} keys are read.`);
  }
}

function endOfString(body: Buffer, start: number): number {
  for (let end = body.indexOf(QUOTE, start + 1); end !== -1; end = body.indexOf(QUOTE, end + 1)) {
    let slashes = 0;
    while (body[end - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return body.length;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badBody('json', 'The body is not JSON.');
  }
}

/** `__proto__`, also with escaped letters, and `constructor` with `prototype`. */
const mayNamePrototype = (text: string): boolean =>
  text.includes('__proto__') || text.includes('prototype') || /\\u00[57]/i.test(text);

function refusePrototypeKeys(root: unknown): void {
  const open: [value: unknown, path: string][] = [[root, '']];
  for (let next = open.pop(); next; next = open.pop()) {
    const [value, path] = next;
    if (typeof value !== 'object' || value === null) continue;
    const key = forbiddenKey(value);
    if (key)
      throw Invalid.at(
        pathTo(value, path, key),
        'forbidden-key',
        `A key named ${key} is not taken here.`,
        'another key',
      );
    for (const [name, child] of Object.entries(value))
      if (typeof child === 'object' && child !== null) open.push([child, pathTo(value, path, name)]);
  }
}

function pathTo(parent: object, path: string, key: string): string {
  if (Array.isArray(parent)) return `${path}[${key}]`;
  return path ? `${path}.${key}` : key;
}

/** The key of an object by which a prototype could be reached. */
function forbiddenKey(value: object): string | undefined {
  if (Object.hasOwn(value, '__proto__')) return '__proto__';
  const constructed: unknown = Object.hasOwn(value, 'constructor')
    ? Reflect.get(value, 'constructor')
    : undefined;
  const reaches =
    typeof constructed === 'object' && constructed !== null && Object.hasOwn(constructed, 'prototype');
  return reaches ? 'constructor' : undefined;
}

const badBody = (code: string, message: string): Invalid => Invalid.at('', code, message);
