import type { Uuid } from '@entente/kernel';

/** How many messages are remembered, four bytes for each. */
const places = 2 ** 20;

/** Messages that compete for places: with one for each, a message in two hundred would be forgotten before five thousand more have come. */
const shelf = 4;

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
    const [first, mark] = [shelfOf(message), markOf(message)];
    for (let place = first; place < first + shelf; place += 1) if (this.marks[place] === mark) return true;
    return false;
  }

  /** The one on its shelf that came first is forgotten. */
  add(message: Uuid): void {
    if (this.has(message)) return;
    const first = shelfOf(message);
    this.marks.copyWithin(first + 1, first, first + shelf - 1);
    this.marks[first] = markOf(message);
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
const shelfOf = (message: Uuid): number => (wordAt(message, 0) & (places / shelf - 1)) * shelf;
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
