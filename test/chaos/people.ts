import { randomUUID } from 'node:crypto';
import type { Random } from '../demo/random';
import type { Call, SourceName } from './event-client';

/** Somebody who visits a shop. */
export interface Somebody {
  readonly user: string;
  readonly email: string;
  /** The device; several may share one. Without one nothing happens before the account is made. */
  readonly device?: string;
  /** One key, no permission: all there is of them lies in one partition, so their log can be checked at any instant. */
  readonly isPlain: boolean;
  hasAccount: boolean;
}

export interface Doing {
  readonly source: SourceName;
  readonly calls: readonly Call[];
}

const DOMAINS = 12;
const HOUR = 3_600_000;

export function makePeople(count: number, random: Random): Somebody[] {
  return Array.from({ length: count }, (_, n) => {
    const isPlain = n % 4 === 0;
    const shared = n > 10 && random.chance(0.08);
    const device = isPlain || random.chance(0.3) ? undefined : `device-${shared ? n - 3 : n}`;
    return {
      user: `user-${n}`,
      email: `person-${n}@mail-${n % DOMAINS}.example`,
      ...(device !== undefined && { device }),
      isPlain,
      hasAccount: false,
    };
  });
}

/** What somebody does next; at first many are strangers. */
export function nextDoing(somebody: Somebody, random: Random): Doing {
  const { device } = somebody;
  if (!somebody.hasAccount && device !== undefined && random.chance(0.6))
    return { source: 'web', calls: several(random, () => browse({ anonymousId: device }, random)) };
  if (!somebody.hasAccount) return signUp(somebody, random);
  if (random.chance(0.08)) return changeProfile(somebody, random);
  return {
    source: random.chance(0.5) ? 'web' : 'server',
    calls: several(random, () => browse(whoIs(somebody, random), random)),
  };
}

function signUp(somebody: Somebody, random: Random): Doing {
  somebody.hasAccount = true;
  const { user, email, device } = somebody;
  const who = { userId: user, ...(device !== undefined && { anonymousId: device }) };
  const traits = { email, country: random.pick(['FR', 'FR', 'BE', 'DE']) };
  const calls: Call[] = [{ ...who, type: 'identify', traits, ...common(random) }];
  if (random.chance(0.7)) calls.push({ userId: user, type: 'track', event: 'Signed Up', ...common(random) });
  return { source: 'server', calls };
}

/** The browser may say what it likes about an address: it is not believed. */
function changeProfile({ user, email }: Somebody, random: Random): Doing {
  const country = random.pick(['FR', 'BE', 'DE', null]);
  if (random.chance(0.4))
    return {
      source: 'web',
      calls: [
        { userId: user, type: 'identify', traits: { email: `not-${email}`, country }, ...common(random) },
      ],
    };
  return {
    source: 'server',
    calls: [{ userId: user, type: 'identify', traits: { country }, ...common(random) }],
  };
}

type Who = Pick<Call, 'userId' | 'anonymousId'>;

function whoIs({ user, device }: Somebody, random: Random): Who {
  if (device === undefined || random.chance(0.5)) return { userId: user };
  return random.chance(0.5) ? { anonymousId: device } : { userId: user, anonymousId: device };
}

function browse(who: Who, random: Random): Call {
  const roll = random.next();
  if (roll < 0.15) return { ...who, type: 'page', properties: { path: '/' }, ...common(random) };
  if (roll < 0.4) return track(who, 'Product Viewed', random);
  if (roll < 0.65) return track(who, 'Product Added', random);
  if (roll < 0.93) return track(who, 'Order Completed', random);
  return track(who, 'Asked', random);
}

const track = (who: Who, event: string, random: Random): Call => ({
  ...who,
  type: 'track',
  event,
  properties: { total: random.whole(1, 9_999) / 100 },
  ...common(random),
});

/** Most events happen now; some come late, some very late, and some by a clock that is fast. */
function common(random: Random): Pick<Call, 'messageId' | 'timestamp'> {
  const roll = random.next();
  const late = roll < 0.1 ? random.whole(1, 40_000) : roll < 0.13 ? 30 * HOUR : roll < 0.15 ? -60_000 : 0;
  return { messageId: randomUUID(), timestamp: new Date(Date.now() - late).toISOString() };
}

const several = <T>(random: Random, make: () => T): T[] =>
  Array.from({ length: random.chance(0.7) ? 1 : random.whole(2, 6) }, make);
