import type { MarketingApi } from '../demo/marketing-api';

/** How long after the last thing somebody did a cart may begin to count as left behind. */
export const CART_SECONDS = 15;

/** Segments, the one that names others last, with what each means in SQL over `seen`: rows (person, name, at, properties) of the events that arrived by :now. */
export const segments: Readonly<Record<string, { readonly rule: object; readonly sql: string }>> = {
  french: {
    rule: { trait: 'country', eq: 'FR' },
    sql: `SELECT person FROM country WHERE value = 'FR'`,
  },
  'repeat-buyers': {
    rule: { event: 'Order Completed', within: 'PT20S', count: { gte: 2 } },
    sql: `SELECT person FROM seen WHERE name = 'Order Completed' AND at > :now - interval '20 seconds'
          GROUP BY person HAVING count(*) >= 2`,
  },
  'big-spenders': {
    rule: { event: 'Order Completed', where: { total: { gt: 50 } }, count: { gte: 3 } },
    sql: `SELECT person FROM seen WHERE name = 'Order Completed' AND (properties->>'total')::numeric > 50
          GROUP BY person HAVING count(*) >= 3`,
  },
  'left-cart': {
    rule: {
      all: [
        { event: 'Product Added', within: `PT${CART_SECONDS}S` },
        { not: { event: 'Product Added', within: 'PT4S' } },
        { not: { event: 'Order Completed', within: `PT${CART_SECONDS}S` } },
      ],
    },
    sql: `SELECT person FROM seen WHERE name = 'Product Added' AND at > :now - interval '15 seconds'
          EXCEPT SELECT person FROM seen WHERE name = 'Product Added' AND at > :now - interval '4 seconds'
          EXCEPT SELECT person FROM seen WHERE name = 'Order Completed' AND at > :now - interval '15 seconds'`,
  },
  'never-ordered': {
    rule: { not: { event: 'Order Completed' } },
    sql: `SELECT person FROM seen EXCEPT SELECT person FROM seen WHERE name = 'Order Completed'`,
  },
  'french-now': {
    rule: { all: [{ segment: 'french' }, { not: { segment: 'repeat-buyers' } }] },
    sql: `SELECT person FROM country WHERE value = 'FR'
          EXCEPT (SELECT person FROM seen WHERE name = 'Order Completed' AND at > :now - interval '20 seconds'
                  GROUP BY person HAVING count(*) >= 2)`,
  },
};

/** Written while everything falls: the builder is killed too. */
export const lateSegment = {
  key: 'active-lately',
  rule: { event: 'Product Viewed', within: 'PT10S' },
  sql: `SELECT person FROM seen WHERE name = 'Product Viewed' AND at > :now - interval '10 seconds'
        GROUP BY person`,
};

export const PAUSE_SECONDS = 3;

/** Send steps of each campaign; of the two of `signed-up` the second comes after a pause. */
export const campaigns = {
  'signed-up': ['hello', 'more'],
  asked: ['answer'],
  carts: ['remind'],
  granted: ['thanks'],
} as const;

export async function defineAll(api: MarketingApi): Promise<void> {
  await api.put('topics/newsletter', { name: 'Newsletter' });
  await api.put('sending-domains/shop.example', {});
  await api.put('from-addresses/shop', {
    name: 'Shop',
    address: 'hello@shop.example',
    postalAddress: '1 Main Street, Springfield',
  });
  await api.put('templates/letter', {
    subject: 'News for {{contact.email}}',
    html: '<html lang="en"><body><p>Hello from the <a href="https://shop.example/">shop</a>.</p></body></html>',
  });
  const [named, naming] = [Object.entries(segments).slice(0, -1), Object.entries(segments).slice(-1)];
  for (const some of [named, naming])
    await Promise.all(some.map(([key, { rule }]) => api.segment(key, key, rule)));
  for (const [key, definition] of Object.entries(definitionsOf())) {
    await api.put(`campaigns/${key}`, { topic: 'newsletter', from: 'shop', ...definition });
    await api.post(`campaigns/${key}/publish`, {});
  }
}

const mail = (id: string) => ({ id, send: 'letter' });

const definitionsOf = (): Record<keyof typeof campaigns, object> => ({
  'signed-up': {
    triggers: [{ event: 'Signed Up' }],
    reentry: 'always',
    steps: [mail('hello'), { id: 'pause', wait: `PT${PAUSE_SECONDS}S` }, mail('more')],
  },
  asked: { triggers: [{ event: 'Asked' }], reentry: 'always', steps: [mail('answer')] },
  carts: { triggers: [{ segment: 'left-cart' }], reentry: 'always', steps: [mail('remind')] },
  granted: {
    triggers: [{ permission: 'granted', topic: 'newsletter' }],
    reentry: 'never',
    steps: [mail('thanks')],
  },
});

/** A broadcast to everybody in `french`, in a moment. */
export async function publishBroadcast(api: MarketingApi, key: string, inMs: number): Promise<void> {
  await api.put(`broadcasts/${key}`, {
    topic: 'newsletter',
    from: 'shop',
    audience: { segment: 'french' },
    template: 'letter',
    at: new Date(Date.now() + inMs).toISOString(),
  });
  await api.post(`broadcasts/${key}/publish`, {});
}
