import type { Problem } from '@entente/kernel';

/** What one item of the tracking API may hold. */
export const itemBounds = { bytes: 32 * 1024, depth: 20, keys: 2_000, keyLength: 200 } as const;

/** Characters that PostgreSQL and JSON readers cannot keep: NUL and surrogates without their other half. */
const UNSTORABLE = /\0|[\ud800-\udfff]/u;

export const isStorable = (text: string): boolean => !UNSTORABLE.test(text);

/** Names that mean something to JavaScript objects, and so are nobody's trait. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

const MOST_PROBLEMS = 20;

interface Place {
  readonly parent: Place | undefined;
  readonly key: string | number;
  readonly depth: number;
}

/**
 * Walks the open parts of an item (properties, traits, context) once, noting what cannot be kept exactly.
 * A number beyond 2^53 − 1 is refused even where its double is exact: by the time JSON is parsed nobody can tell whether
 * it was rounded, so it has to be sent as text. (`readJson` refuses the other numbers that a double cannot hold.)
 */
export class DataCheck {
  readonly problems: Problem[] = [];
  private keys = 0;
  private longest = 0;

  /** Whether the data could be larger than an item may be, so that its exact size has to be measured. */
  mayExceed(bytes: number): boolean {
    return this.longest > bytes;
  }

  /** Checks the value found under `name` of the item. */
  check(value: unknown, name: string): void {
    this.visit(value, undefined, name);
  }

  private visit(value: unknown, parent: Place | undefined, key: string | number): void {
    if (typeof value === 'string') this.visitText(value, parent, key);
    else if (typeof value === 'number') this.visitNumber(value, parent, key);
    else if (typeof value === 'object' && value !== null) this.visitInside(value, parent, key);
    else if (value !== null && typeof value !== 'boolean') this.report(parent, key, 'type', 'is not JSON');
    else this.longest += 6;
  }

  private visitText(text: string, parent: Place | undefined, key: string | number): void {
    this.longest += 3 + 6 * text.length;
    if (UNSTORABLE.test(text)) this.report(parent, key, 'text', 'holds a NUL or half of a surrogate pair');
  }

  private visitNumber(value: number, parent: Place | undefined, key: string | number): void {
    this.longest += 26;
    if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER || Number.isNaN(value))
      this.report(parent, key, 'number', 'is beyond 2^53 - 1, where digits are lost', 'the number as text');
  }

  private visitInside(value: object, parent: Place | undefined, key: string | number): void {
    const place = { parent, key, depth: (parent?.depth ?? 0) + 1 };
    if (place.depth > itemBounds.depth)
      return this.report(parent, key, 'depth', `is nested deeper than ${itemBounds.depth} levels`);
    this.longest += 3;
    if (Array.isArray(value)) value.forEach((item, index) => this.visit(item, place, index));
    else this.visitFields(value, place);
  }

  private visitFields(value: object, place: Place): void {
    for (const key of Object.keys(value)) {
      this.visitKey(key, place);
      this.visit((value as Record<string, unknown>)[key], place, key);
    }
  }

  private visitKey(key: string, place: Place): void {
    this.keys += 1;
    this.longest += 4 + 6 * key.length;
    if (this.keys === itemBounds.keys + 1)
      this.report(undefined, '', 'keys', `has more than ${itemBounds.keys} keys`);
    if (key.length > itemBounds.keyLength || UNSTORABLE.test(key) || RESERVED.has(key))
      this.report(place, key.slice(0, 40), 'key', 'is not a name that data can have');
  }

  private report(
    parent: Place | undefined,
    key: string | number,
    code: string,
    what: string,
    expected?: string,
  ) {
    if (this.problems.length >= MOST_PROBLEMS) return;
    const path = pathOf(parent, key);
    this.problems.push({
      path,
      code,
      message: `${path || 'the item'} ${what}`,
      ...(expected && { expected }),
    });
  }
}

function pathOf(parent: Place | undefined, key: string | number): string {
  const own = typeof key === 'number' ? `[${key}]` : String(key).replace(UNSTORABLE, '\ufffd');
  if (!parent) return own;
  const above = pathOf(parent.parent, parent.key);
  return typeof key === 'number' ? above + own : `${above}.${own}`;
}
