import type { Fact } from '@entente/event';
import { DAY, HOUR, MINUTE, toIso, type Instant, type JsonObject } from '@entente/kernel';
import type { Random } from '../../demo/random';

const categories = ['shoes', 'hats', 'caps', 'bags'] as const;
/** Time zones that there are, on both halves of the earth. */
export const zones = ['Europe/Paris', 'America/New_York', 'Asia/Tokyo', 'Australia/Adelaide'] as const;
const domains = ['example.com', 'corp.test', 'work.test', 'Example.COM'] as const;

/** What people of a shop do, at random: who, when they lived it, and what. */
export class Shoppers {
  private count = 0;
  private readonly said: Fact[] = [];

  constructor(
    private readonly random: Random,
    private readonly source: number,
    private readonly people: number,
    /** Begins the ids of these people, where there are others. */
    private readonly tribe = '',
  ) {}

  /** Somebody's day around an instant, in a random order, with something said twice now and then. */
  day(around: Instant): Fact[] {
    const { random } = this;
    const who = random.whole(1, this.people);
    const facts: Fact[] = random.chance(0.15) ? [this.identify(who, around)] : [];
    const visits = random.whole(0, 2);
    for (let visit = 0; visit < visits; visit += 1)
      facts.push(...this.visit(who, around - random.whole(0, DAY)));
    if (this.said.length > 0 && random.chance(0.1)) facts.push(random.pick(this.said));
    this.said.push(...facts);
    return random.some(facts, facts.length);
  }

  private visit(who: number, at: Instant): Fact[] {
    const { random } = this;
    const category = random.pick(categories);
    const viewed = this.track(who, at, 'Product Viewed', { category }, this.around());
    const cart = this.track(who, at + random.whole(0, 30 * HOUR), 'Cart Updated', { category });
    const ordered = at + random.whole(0, 60 * HOUR);
    const items = random.some(categories, random.whole(0, 3)).map((kind) => this.item(kind));
    const order = this.track(who, ordered, 'Order Completed', { category, total: this.total(), items });
    const amount = random.chance(0.3) ? -this.total() / 2 : this.total();
    const payment = this.track(who, ordered + MINUTE, 'Payment', { amount });
    const departure = toIso(at + random.whole(-5 * DAY, 30 * DAY));
    const trip = this.track(who, at, 'Trip Booked', { departure });
    return [viewed, cart, order, payment, trip].filter(() => random.chance(0.45));
  }

  private item = (kind: string): JsonObject => ({ kind, quantity: this.random.whole(1, 3) });

  /** As trackers tell it, and now and then nothing. */
  private around(): JsonObject | undefined {
    const { random } = this;
    const campaign: JsonObject = random.chance(0.5)
      ? { campaign: { source: random.pick(['news', 'ads']) } }
      : {};
    return random.chance(0.8) ? { locale: random.pick(['fr-FR', 'de-DE']), ...campaign } : undefined;
  }

  /** Cents, and now and then no number. */
  private total = (): number => this.random.whole(300, 12_000) / 100;

  private identify(who: number, at: Instant): Fact {
    const { random } = this;
    const all: JsonObject = {
      email: `${random.pick(['ana', 'bo', 'cy9'])}${this.tribe}${who}@${random.pick(domains)}`,
      country: random.pick(['FR', 'BE', 'DE']),
      plan: random.pick(['free', 'trial', 'paid', null]),
      phone: random.pick([isPlain(who) ? null : '+33600000000', 'unlisted', null]),
      budget: random.whole(10, 100),
      spent: random.whole(10, 100),
      likes: random.some(categories, random.whole(0, 3)),
      birthday: `${random.whole(1950, 2010)}-${pad(random.whole(1, 12))}-${pad(random.whole(1, 28))}`,
      seen: Math.floor((at - random.whole(0, 30 * DAY)) / 1_000),
      home: { lat: random.whole(4_600, 5_100) / 100, lng: random.whole(100, 600) / 100 },
      appVersion: [random.whole(1, 3), random.whole(0, 12), random.whole(0, 2)].join('.'),
      joined: toIso(at - random.whole(0, 60 * DAY)),
      contractEnds: toIso(at + random.whole(-10 * DAY, 60 * DAY)),
      timezone: random.pick([...zones, 'Mars/Olympus', null]),
    };
    const some = random.some(Object.keys(all), random.whole(1, 6));
    const traits = Object.fromEntries(some.map((name) => [name, all[name]!]));
    return { ...this.fact(who, at), type: 'identify', traits };
  }

  private track(who: number, at: Instant, name: string, properties: JsonObject, context?: JsonObject): Fact {
    return { ...this.fact(who, at), type: 'track', name, properties, ...(context && { context }) };
  }

  /** A third of what people do they do before they are known: by a device that is theirs alone. Every fourth has none. */
  private fact(who: number, timestamp: Instant): Fact {
    const userId = `${this.tribe}${who}`;
    const device = { anonymousId: `device-${userId}` };
    const ids = this.random.chance(0.33) ? device : { userId };
    const both = this.random.chance(0.2) ? { userId, ...device } : ids;
    return {
      v: 1,
      type: 'track',
      source: this.source,
      messageId: `${this.tribe}m${(this.count += 1)}`,
      timestamp,
      ...(isPlain(who) ? { userId } : both),
    };
  }
}

/** No device, and no phone that others have: all there is of them lies in one partition. */
export const isPlain = (who: number): boolean => who % 4 === 0;

const pad = (number: number): string => String(number).padStart(2, '0');
