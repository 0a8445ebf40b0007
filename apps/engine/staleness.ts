import type { Book } from '@entente/segment';
import type { Generation } from '@entente/storage';

/** What a state that an older generation folded does not hold. */
export interface Stale {
  readonly memories: ReadonlySet<string>;
  /** The segment versions that ask for some of it. */
  readonly versions: ReadonlySet<number>;
}

/** Which memories states lack, by the generation that folded them. */
export class Staleness {
  private readonly known = new Map<Generation, Stale | undefined>();
  private readonly since: readonly (readonly [memory: string, since: Generation])[];
  private readonly latest: Generation;

  /** `since`: by memory, the generation from which on states hold it. */
  constructor(
    since: ReadonlyMap<string, Generation>,
    private readonly book: Book,
  ) {
    this.since = [...since];
    this.latest = this.since.reduce((latest, [, one]) => Math.max(latest, one), 0);
  }

  /** Undefined where states of that generation hold everything. */
  of(generation: Generation): Stale | undefined {
    if (generation >= this.latest) return undefined;
    if (!this.known.has(generation)) this.known.set(generation, this.lackedBy(generation));
    return this.known.get(generation);
  }

  private lackedBy(generation: Generation): Stale {
    const lacked = this.since.filter(([, since]) => since > generation).map(([memory]) => memory);
    return { memories: new Set(lacked), versions: this.book.versionsAsking(lacked) };
  }
}
