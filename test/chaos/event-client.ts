import { messageKey } from '@entente/event';
import type { Uuid } from '@entente/kernel';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from './place';
import { reading } from './reading';

/** One call of the Tracking API. */
export interface Call {
  readonly type: 'identify' | 'track' | 'page';
  readonly messageId: string;
  readonly userId?: string;
  readonly anonymousId?: string;
  readonly event?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly traits?: Readonly<Record<string, unknown>>;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly timestamp: string;
}

export type SourceName = 'web' | 'server';

/** An event that was offered, and whether it was answered with 2xx. */
export interface Offer {
  readonly message: Uuid;
  readonly source: SourceName;
  readonly call: Call;
  /** When the first 2xx came. */
  answeredAt?: number;
}

const TIMEOUT_MS = 3_000;
const RETRY_MS = 150;
const NEVER_GIVEN_UP = 1_000;

/** What a tracking SDK does: sends batches, and again until they are answered. Remembers every event and every answer. */
export class EventClient {
  readonly offers = new Map<Uuid, Offer>();
  retries = 0;

  private constructor(
    private readonly place: Place,
    private readonly sourceIds: Readonly<Record<SourceName, number>>,
  ) {}

  static async of(place: Place): Promise<EventClient> {
    const rows = await reading(place, (query) =>
      query<{ key: string; id: number }>('SELECT key, id FROM source'),
    );
    const id = (key: SourceName) => rows.find((row) => row.key === key)!.id;
    return new EventClient(place, { web: id('web'), server: id('server') });
  }

  get answered(): number {
    return [...this.offers.values()].filter(({ answeredAt }) => answeredAt !== undefined).length;
  }

  /** Sends until it is answered, at most `tries` times. */
  async send(source: SourceName, calls: readonly Call[], tries = NEVER_GIVEN_UP): Promise<void> {
    const offers = calls.map((call) => this.offer(source, call));
    for (let attempt = 1; attempt <= tries; attempt += 1) {
      if (await this.post(source, calls)) {
        for (const offer of offers) offer.answeredAt ??= Date.now();
        return;
      }
      this.retries += 1;
      await sleep(RETRY_MS);
    }
  }

  private offer(source: SourceName, call: Call): Offer {
    const message = messageKey(this.sourceIds[source], call.messageId);
    const known = this.offers.get(message);
    if (known) return known;
    const offer: Offer = { message, source, call };
    this.offers.set(message, offer);
    return offer;
  }

  /** Whether it was answered with 2xx. Throws when it was refused for good: that would be a fault of this program. */
  private async post(source: SourceName, calls: readonly Call[]): Promise<boolean> {
    const answer = await this.answerTo(source, calls);
    if (!answer) return false;
    if (answer.status === 200 && answer.errors === 0) return true;
    if (answer.status === 429 || answer.status >= 500) return false;
    throw new Error(`a batch was answered with ${answer.status}, ${answer.errors} of its items refused`);
  }

  private async answerTo(
    source: SourceName,
    batch: readonly Call[],
  ): Promise<{ status: number; errors: number } | undefined> {
    try {
      const response = await fetch(`${this.place.ingest}/v1/batch`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${this.place.keys[source]}:`).toString('base64')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ batch }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const { errors = [] } = (await response.json()) as { errors?: unknown[] };
      return { status: response.status, errors: errors.length };
    } catch {
      return undefined; // nobody knows whether it got in
    }
  }
}
