import { generateKeyPairSync } from 'node:crypto';
import type { MarketingApi } from './marketing-api';

/** What separates an abandoned cart from a slow customer. A real shop would say PT1H; here somebody is looking on. */
export const QUIET_SECONDS = 10;
/** How long an abandoned cart is remembered. */
export const REMEMBERED_SECONDS = 40;
export const PAUSE_SECONDS = 6;

export const segments = {
  french: ['Customers in France', { trait: 'country', eq: 'FR' }],
  buyers: ['Bought something', { event: 'Order Completed' }],
  'loyal-lapsed': [
    'Loyal, lapsed',
    {
      all: [
        { event: 'Order Completed', where: { total: { gt: 50 } }, within: 'P90D', count: { gte: 3 } },
        { not: { event: 'Order Completed', within: 'P30D' } },
      ],
    },
  ],
  'cart-abandoners': [
    'Left a cart behind',
    {
      all: [
        { event: 'Product Added', within: `PT${REMEMBERED_SECONDS}S` },
        { not: { event: 'Product Added', within: `PT${QUIET_SECONDS}S` } },
        { not: { event: 'Order Completed', within: `PT${REMEMBERED_SECONDS}S` } },
      ],
    },
  ],
} as const;

/** By template key. */
export const subjects = {
  welcome: 'Bienvenue à la boutique',
  'cart-reminder': 'Votre panier vous attend',
  'cart-nudge': 'Dernière chance pour votre panier',
  news: 'Nos thés de décembre',
  'more-news': 'Les soldes d’hiver commencent',
} as const;

export const links = {
  shop: 'https://boutique.example/nouveautés',
  cart: 'https://boutique.example/panier',
};

const html = (text: string): string =>
  `<html lang="fr"><body><p>Bonjour {{default contact.firstName "cher client"}},</p><p>${text}</p>` +
  `<p><a href="${encodeURI(links.shop)}">Voir nos nouveautés</a> · <a href="${links.cart}">Votre panier</a></p></body></html>`;

const texts: Record<keyof typeof subjects, string> = {
  welcome: 'merci de votre inscription à notre lettre. Voici ce qui vous attend.',
  'cart-reminder': 'vous avez laissé quelque chose dans votre panier. Nous vous le gardons.',
  'cart-nudge': 'votre panier est toujours là, mais plus pour longtemps.',
  news: 'les thés de décembre sont arrivés, à {{default contact.city "la boutique"}} aussi.',
  'more-news': 'tout à moitié prix, jusqu’à épuisement des stocks.',
};

/** Who writes, about what, in which words. */
export async function defineHouse(api: MarketingApi): Promise<void> {
  await api.put('topics/newsletter', { name: 'La lettre de la boutique' });
  await api.put('sources/crm', { name: 'CRM of the shop', trusted: true, precedence: 20 });
  await api.put('sending-domains/boutique.example', { dkim: dkimKey() });
  await api.put('from-addresses/shop', {
    name: 'La Boutique',
    address: 'bonjour@boutique.example',
    postalAddress: '12 rue des Tanneurs, 25000 Besançon',
  });
  for (const [key, subject] of Object.entries(subjects) as [keyof typeof subjects, string][])
    await api.put(`templates/${key}`, { subject, html: html(texts[key]) });
}

function dkimKey(): { selector: string; privateKey: string } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return { selector: 'demo', privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

export async function defineSegments(api: MarketingApi): Promise<void> {
  for (const [key, [name, rule]] of Object.entries(segments)) await api.segment(key, name, rule);
}

/** Both are live before the first fact comes in: what follows shows what does not start them, and what does. */
export async function defineCampaigns(api: MarketingApi): Promise<void> {
  const common = { topic: 'newsletter', from: 'shop' };
  await api.put('campaigns/welcome', {
    ...common,
    triggers: [{ permission: 'granted', topic: 'newsletter' }],
    steps: [{ id: 'hello', send: 'welcome' }],
  });
  await api.put('campaigns/cart', {
    ...common,
    triggers: [{ segment: 'cart-abandoners' }],
    reentry: 'after-exit',
    steps: [
      { id: 'remind', send: 'cart-reminder' },
      { id: 'pause', wait: `PT${PAUSE_SECONDS}S` },
      { id: 'bought', branch: [{ if: { event: 'Order Completed', within: 'PT5M' }, then: 'end' }] },
      { id: 'nudge', send: 'cart-nudge' },
      { id: 'end', exit: true },
    ],
  });
  for (const key of ['welcome', 'cart']) await api.post(`campaigns/${key}/publish`, {});
}

export async function draftBroadcast(api: MarketingApi, key: string, template: string): Promise<void> {
  await api.put(`broadcasts/${key}`, {
    topic: 'newsletter',
    from: 'shop',
    audience: { segment: 'french' },
    template,
    at: new Date(Date.now() + 86_400_000).toISOString(),
  });
}
