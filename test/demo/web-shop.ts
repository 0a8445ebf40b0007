import type { Customer } from './customers';
import type { Random } from './random';

/** One call of a tracking SDK. */
export interface ShopCall {
  readonly call: 'identify' | 'track' | 'page';
  readonly userId?: string;
  readonly anonymousId?: string;
  readonly event?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly traits?: Readonly<Record<string, unknown>>;
  readonly at: Date;
  readonly messageId: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The history ends this long ago: long enough for everything in it to be old. */
const LATEST = 2 * DAY;
const EARLIEST = 120 * DAY;
/** Ages near the ends of the segments' windows are left out, so that none of these ends falls into the demo. */
const windows = [30 * DAY, 90 * DAY];

const products = [
  { productId: 'th-01', name: 'Thé des Alpes', price: 9.9 },
  { productId: 'cr-07', name: 'Crème de châtaigne', price: 7.5 },
  { productId: 'co-12', name: 'Coffret découverte', price: 39 },
  { productId: 'sa-03', name: 'Savon à la lavande', price: 6.2 },
  { productId: 'pl-21', name: 'Plaid en laine', price: 79 },
  { productId: 'va-30', name: 'Vase bleu de Sèvres', price: 129 },
];

type Who = Pick<ShopCall, 'userId' | 'anonymousId'>;

/** What customers did in the last months, in the order of time; as many calls as asked for. */
export function makeHistory(
  customers: readonly Customer[],
  { events, now, random }: { readonly events: number; readonly now: number; readonly random: Random },
): ShopCall[] {
  const accounts = customers.filter(({ user }) => user !== undefined).slice(0, Math.floor(events / 4));
  const weights = accounts.map(() => random.next() ** 2 + 0.05);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const calls = accounts.map((customer) => identified(customer, now, random));
  for (const [index, customer] of accounts.entries()) {
    const share = Math.round(((events - accounts.length) * weights[index]!) / total);
    for (let n = 0; n < share && calls.length < events; n += 1)
      calls.push(visited(customer, calls.length, now, random));
  }
  while (calls.length < events) calls.push(visited(random.pick(accounts), calls.length, now, random));
  return calls.sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** Some were anonymous before: the account takes over what their browser did. */
function identified({ user, email, firstName }: Customer, now: number, random: Random): ShopCall {
  return {
    call: 'identify',
    userId: user!,
    ...(random.chance(0.15) && { anonymousId: `browser-of-${user}` }),
    traits: { email, firstName },
    at: new Date(now - EARLIEST - random.whole(1, 20) * HOUR),
    messageId: `account-${user}`,
  };
}

function visited({ user }: Customer, n: number, now: number, random: Random): ShopCall {
  const age = LATEST + random.next() * (EARLIEST - LATEST);
  const near = windows.some((window) => Math.abs(age - window) < HOUR);
  return doing(
    { userId: user! },
    new Date(Math.round(now - age - (near ? 2 * HOUR : 0))),
    `history-${n}`,
    random,
  );
}

function doing(who: Who, at: Date, messageId: string, random: Random): ShopCall {
  const roll = random.next();
  const product = random.pick(products);
  const common = { ...who, at, messageId };
  if (roll < 0.2)
    return {
      ...common,
      call: 'page',
      properties: { path: `/produits/${product.productId}`, title: product.name },
    };
  if (roll < 0.65) return { ...common, call: 'track', event: 'Product Viewed', properties: product };
  if (roll < 0.8) return added(who, at, messageId, random);
  return ordered(who, at, messageId, random);
}

export function added(who: Who, at: Date, messageId: string, random: Random): ShopCall {
  const properties = { ...random.pick(products), quantity: random.whole(1, 3) };
  return { ...who, call: 'track', event: 'Product Added', properties, at, messageId };
}

export function ordered(who: Who, at: Date, messageId: string, random: Random): ShopCall {
  const total = random.whole(900, 22_000) / 100;
  const properties = { orderId: `o-${messageId}`, total, currency: 'EUR' };
  return { ...who, call: 'track', event: 'Order Completed', properties, at, messageId };
}
