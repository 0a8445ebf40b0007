import { SECOND, type Clock, type Duration, type Instant } from '@entente/kernel';
import { findKey, type Database } from '@entente/storage';
import { HttpException } from '@nestjs/common';

interface Known {
  /** The key's source, or undefined: no such key. */
  readonly source: number | undefined;
  readonly since: Instant;
}

/** How long an answer is used again, so how long a revoked key may still send. */
const FRESH: Duration = 5 * SECOND;
/** How many keys are remembered, wrong ones included; the oldest make room. */
const REMEMBERED = 10_000;
const LONGEST_KEY = 200;
/** Keys never seen before that may be looked up at a time: somebody who tries keys must not take the database from others. */
const MOST_READING = 8;

/** Which source a write key belongs to: one read of the database per key and few seconds, however many requests come. */
export class WriteKeys {
  private readonly known = new Map<string, Known>();
  private readonly reading = new Map<string, Promise<number | undefined>>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * The source, at once where it is remembered; undefined for a key that is unknown, revoked or of another role. Throws a 429
   * when too many new keys are tried at once.
   */
  sourceOf(key: string): number | undefined | Promise<number | undefined> {
    if (key === '' || key.length > LONGEST_KEY) return undefined;
    const known = this.known.get(key);
    if (known && this.clock.now() - known.since < FRESH) return known.source;
    return this.reading.get(key) ?? this.refresh(key, known);
  }

  private refresh(key: string, before: Known | undefined): Promise<number | undefined> {
    if (before?.source === undefined && this.reading.size >= MOST_READING)
      throw new HttpException('Too many unknown write keys are being tried.', 429);
    const reading = this.read(key, before).finally(() => this.reading.delete(key));
    this.reading.set(key, reading);
    return reading;
  }

  /** While the database cannot be asked, a key that was right is still right: the stream may well be there. */
  private async read(key: string, before: Known | undefined): Promise<number | undefined> {
    try {
      const found = await findKey(this.database, key);
      const source = found?.role === 'ingest' ? (found.sourceId ?? undefined) : undefined;
      this.remember(key, { source, since: this.clock.now() });
      return source;
    } catch (error) {
      if (before?.source === undefined) throw error;
      return before.source;
    }
  }

  private remember(key: string, known: Known): void {
    this.known.delete(key);
    this.known.set(key, known);
    if (this.known.size > REMEMBERED) this.known.delete(this.known.keys().next().value!);
  }
}
