import { recordOf, type Fact } from '@entente/event';
import { DAY, MINUTE, type Instant, type JsonObject } from '@entente/kernel';
import type { NewRecord } from '@entente/stream';
import type { Random } from '../demo/random';
import { categoryOf } from './segments';

/** What a stream is made of; shares are of all events. */
export interface EventMix {
  /** The number of the source that tells them. */
  readonly source: number;
  readonly contacts: number;
  readonly people: 'uniform' | 'zipf';
  /** Events that belong to a series of some segment. */
  readonly touching: number;
  /** Of these, the views of one of so many categories that have a segment each; the rest is what the shop's segments ask for. */
  readonly categories: number;
  readonly categoryShare: number;
  /** Events that are told twice. */
  readonly duplicates: number;
  /** Events that set a trait. */
  readonly traits: number;
  /** Events that claim a device, which may be somebody else's. */
  readonly claims: number;
}

/** What an installation that has run for a while has found to be common. */
export const commonNames: readonly string[] = ['Product Viewed', 'Category Viewed'];

export const shopMix = (contacts: number): EventMix => ({
  source: 3,
  contacts,
  people: 'uniform',
  touching: 0.15,
  categories: 0,
  categoryShare: 0,
  duplicates: 0.01,
  traits: 0,
  claims: 0,
});

/** How far back a repeated event may lie. */
const remembered = 5_000;
/** Of ten events that touch the shop's segments. */
const shopEvents = [
  'Support Asked',
  'Order Completed',
  'Order Completed',
  ...Array<string>(7).fill('Product Added'),
];
const countries = ['FR', 'DE', 'ES', 'IT'];

/** Records as clients send them, made ahead so that no measurement pays for it. */
export class EventSource {
  private readonly recent: NewRecord[] = [];
  private readonly person: () => number;
  /** How many different events it has made. */
  told = 0;

  constructor(
    private readonly mix: EventMix,
    private readonly random: Random,
    private readonly run: string,
  ) {
    this.person = mix.people === 'zipf' ? zipf(mix.contacts, random) : () => random.whole(1, mix.contacts);
  }

  take(count: number, now: Instant): NewRecord[] {
    return Array.from({ length: count }, () => this.next(now));
  }

  private next(now: Instant): NewRecord {
    if (this.recent.length > 0 && this.random.chance(this.mix.duplicates))
      return this.random.pick(this.recent);
    const record = recordOf(this.fact(now));
    if (this.recent.length < remembered) this.recent.push(record);
    else this.recent[this.told % remembered] = record;
    return record;
  }

  private fact(now: Instant): Fact {
    const { mix, random } = this;
    const base = {
      v: 1 as const,
      source: mix.source,
      messageId: `${this.run}-${(this.told += 1).toString(36).padStart(9, '0')}-4f2a-8b1c`,
      userId: String(this.person()),
      timestamp: now - this.lateness(),
      ...(random.chance(mix.claims) && { anonymousId: `device-${random.whole(1, mix.contacts)}` }),
    };
    if (random.chance(mix.traits))
      return { ...base, type: 'identify', traits: { country: random.pick(countries) } };
    return { ...base, type: 'track', ...this.event() };
  }

  /** Most events come at once, some after minutes, a few after days. */
  private lateness(): number {
    const { random } = this;
    if (random.chance(0.9)) return random.whole(0, 2_000);
    return random.chance(0.9) ? random.whole(0, 90 * MINUTE) : random.whole(0, 40 * DAY);
  }

  private event(): { name: string; properties: JsonObject } {
    const { mix, random } = this;
    if (!random.chance(mix.touching)) return { name: 'Product Viewed', properties: this.properties('shoes') };
    if (random.chance(mix.categoryShare))
      return {
        name: 'Category Viewed',
        properties: this.properties(categoryOf(random.whole(0, mix.categories - 1))),
      };
    return { name: random.pick(shopEvents), properties: this.properties('shoes') };
  }

  private properties(category: string): JsonObject {
    const { random } = this;
    return {
      sku: `SKU-${random.whole(1, 99_999)}`,
      category,
      total: random.whole(100, 30_000) / 100,
      currency: 'EUR',
      url: `https://shop.example/p/${random.whole(1, 99_999)}?ref=mail`,
    };
  }
}

/** Ranks by Zipf's law with exponent 1, scattered over the contacts. */
function zipf(count: number, random: Random): () => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank += 1) sums[rank] = sum += 1 / (rank + 1);
  return () => {
    const wanted = random.next() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return 1 + ((low * 7_919) % count);
  };
}
