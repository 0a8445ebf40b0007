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
    const viewed = this.track(who, at, 'Product Viewed', { category });
    const cart = this.track(who, at + random.whole(0, 30 * HOUR), 'Cart Updated', { category });
    const ordered = at + random.whole(0, 60 * HOUR);
    const order = this.track(who, ordered, 'Order Completed', { category, total: this.total() });
    const amount = random.chance(0.3) ? -this.total() / 2 : this.total();
    const payment = this.track(who, ordered + MINUTE, 'Payment', { amount });
    const departure = toIso(at + random.whole(-5 * DAY, 30 * DAY));
    const trip = this.track(who, at, 'Trip Booked', { departure });
    return [viewed, cart, order, payment, trip].filter(() => random.chance(0.45));
  }

  /** Cents, and now and then no number. */
  private total = (): number => this.random.whole(300, 12_000) / 100;

  private identify(who: number, at: Instant): Fact {
    const { random } = this;
    const all: JsonObject = {
      email: `${random.pick(['ana', 'bo', 'cy9'])}${who}@${random.pick(domains)}`,
      country: random.pick(['FR', 'BE', 'DE']),
      plan: random.pick(['free', 'trial', 'paid', null]),
      phone: random.pick(['+33600000000', null]),
      budget: random.whole(10, 100),
      spent: random.whole(10, 100),
      likes: random.some(categories, random.whole(0, 3)),
      birthday: `${random.whole(1950, 2010)}-${pad(random.whole(1, 12))}-${pad(random.whole(1, 28))}`,
      joined: toIso(at - random.whole(0, 60 * DAY)),
      contractEnds: toIso(at + random.whole(-10 * DAY, 60 * DAY)),
      timezone: random.pick([...zones, 'Mars/Olympus', null]),
    };
    const some = random.some(Object.keys(all), random.whole(1, 6));
    const traits = Object.fromEntries(some.map((name) => [name, all[name]!]));
    return { ...this.fact(who, at), type: 'identify', traits };
  }

  private track(who: number, at: Instant, name: string, properties: JsonObject): Fact {
    return { ...this.fact(who, at), type: 'track', name, properties };
  }

  /** A third of what people do they do before they are known: by a device that is theirs alone. */
  private fact(who: number, timestamp: Instant): Fact {
    const ids = this.random.chance(0.33) ? { anonymousId: `device-${who}` } : { userId: String(who) };
    const both = this.random.chance(0.2) ? { userId: String(who), anonymousId: `device-${who}` } : ids;
    return {
      v: 1,
      type: 'track',
      source: this.source,
      messageId: `m${(this.count += 1)}`,
      timestamp,
      ...both,
    };
  }
}

const pad = (number: number): string => String(number).padStart(2, '0');
