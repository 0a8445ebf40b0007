import type { Uuid } from '@entente/kernel';

/** A power of two: how many messages are remembered, four bytes for each. */
const places = 2 ** 20;

/**
 * A hint which messages came lately, so that only those are looked for among the stored ones and the others are simply
 * inserted. It may forget and it may take one for another: the unique index decides. Where it was wrong, everything is
 * looked for until it is right again.
 */
export class SeenMessages {
  private readonly marks = new Uint32Array(places);
  private isTrusted = true;

  /** Those that may be stored already. */
  suspects<Event extends { readonly message: Uuid }>(events: readonly Event[]): readonly Event[] {
    return this.isTrusted ? events.filter(({ message }) => this.has(message)) : events;
  }

  has(message: Uuid): boolean {
    return this.marks[placeOf(message)] === markOf(message);
  }

  add(message: Uuid): void {
    this.marks[placeOf(message)] = markOf(message);
  }

  /** One was stored that this did not know. */
  distrust(): void {
    this.isTrusted = false;
  }

  /** What looking for them all found: nothing that this would not have told means that it can be trusted again. */
  compare(stored: readonly { readonly message: Uuid }[]): void {
    if (!this.isTrusted) this.isTrusted = stored.every(({ message }) => this.has(message));
  }
}

/** A message's UUID is a hash already; two other parts of it serve as place and as mark. */
const placeOf = (message: Uuid): number => wordAt(message, 0) & (places - 1);
const markOf = (message: Uuid): number => wordAt(message, 28) || 1;

/** The number that eight hexadecimal digits are. */
function wordAt(digits: string, from: number): number {
  let word = 0;
  for (let place = from; place < from + 8; place += 1) {
    const code = digits.charCodeAt(place);
    word = (word << 4) | ((code & 0x0f) + (code > 0x39 ? 9 : 0));
  }
  return word >>> 0;
}
