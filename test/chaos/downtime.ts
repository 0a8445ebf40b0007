import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MarketingApi } from '../demo/marketing-api';
import type { Findings } from './checks/findings';
import type { Call, EventClient } from './event-client';
import type { Place } from './place';
import { reading } from './reading';
import type { Recipients } from './recipients';
import { untilConsumed, untilSettled } from './settle';

const PEOPLE = 12;
const QUIET_SECONDS = 8;
const CAMPAIGN = 'quiet-carts';

interface Shopper {
  readonly user: string;
  readonly device: string;
  readonly email: string;
  /** Orders while no engine runs, before the cart counts as left behind. */
  readonly orders: boolean;
}

const shoppers: readonly Shopper[] = Array.from({ length: PEOPLE }, (_, n) => ({
  user: `patient-${n}`,
  device: `patient-device-${n}`,
  email: `patient-${n}@mail-${n % 3}.example`,
  orders: n % 2 === 0,
}));

/**
 * Stops every engine after carts were filled and before they count as left behind; some order meanwhile. Engines that come
 * back must read those orders before the timers fire, which have long been due.
 */
export async function goDown(
  place: Place,
  world: {
    readonly api: MarketingApi;
    readonly client: EventClient;
    readonly recipients: Recipients;
    readonly patienceMs: number;
  },
  findings: Findings,
): Promise<void> {
  const { api, client, recipients, patienceMs } = world;
  await define(api);
  await client.send('server', shoppers.map(identified));
  await untilConsumed(place, patienceMs);
  for (const { user, email } of shoppers) await recipients.welcome(user, email);
  await untilConsumed(place, patienceMs);
  const filledAt = Date.now();
  await client.send(
    'web',
    shoppers.map(({ user }) => did({ userId: user }, 'Product Added')),
  );
  await untilConsumed(place, patienceMs);
  await withEnginesDown(place, async (sinceMs) => {
    if (sinceMs - filledAt > QUIET_SECONDS * 900)
      throw new Error(
        'this machine is too slow for this test: carts were left behind before engines were down',
      );
    await client.send('web', shoppers.filter(({ orders }) => orders).map(order));
    await sleep(filledAt + (QUIET_SECONDS + 4) * 1_000 - Date.now());
  });
  await untilConsumed(place, patienceMs);
  await sleep(1_000);
  await untilSettled(place, Date.now(), patienceMs);
  await check(place, findings);
}

/** The window is longer than it takes to stop the engines on a busy machine. */
async function define(api: MarketingApi): Promise<void> {
  await api.segment(CAMPAIGN, 'Left a cart behind', {
    all: [
      { event: 'Product Added', within: 'PT5M' },
      { not: { event: 'Product Added', within: `PT${QUIET_SECONDS}S` } },
      { not: { event: 'Order Completed', within: 'PT5M' } },
    ],
  });
  await api.put(`campaigns/${CAMPAIGN}`, {
    topic: 'newsletter',
    from: 'shop',
    triggers: [{ segment: CAMPAIGN }],
    reentry: 'never',
    steps: [{ id: 'mail', send: 'letter' }],
  });
  await api.post(`campaigns/${CAMPAIGN}/publish`, {});
}

/** One engine is frozen, which finds the clock advanced when it goes on; the others are killed. */
async function withEnginesDown(place: Place, work: (since: number) => Promise<void>): Promise<void> {
  const [frozen, ...killed] = place.engineProcesses;
  frozen!.freeze();
  await Promise.all(killed.map((engine) => engine.kill9()));
  await work(Date.now());
  frozen!.thaw();
  await place.restoreAll();
}

const identified = ({ user, device, email }: Shopper): Call => ({
  ...now(),
  type: 'identify',
  userId: user,
  anonymousId: device,
  traits: { email },
});

/** Half of them order under another key, in another partition. */
const order = ({ user, device }: Shopper, index: number): Call =>
  did(index % 2 === 0 ? { userId: user } : { anonymousId: device }, 'Order Completed');

const did = (who: Pick<Call, 'userId' | 'anonymousId'>, event: string): Call => ({
  ...now(),
  ...who,
  type: 'track',
  event,
  properties: { total: 10 },
});

const now = () => ({ messageId: randomUUID(), timestamp: new Date().toISOString() });

async function check(place: Place, findings: Findings): Promise<void> {
  const rows = await reading(place, (query) =>
    query<{ email: string; entries: number; mails: string[] }>(
      `SELECT profile.email,
         (SELECT count(*)::int FROM membership_change AS change JOIN segment_version AS version ON version.id = version_id
          WHERE change.contact_id = profile.contact_id AND entered AND segment_key = $1) AS entries,
         ARRAY(SELECT id::text FROM message WHERE message.contact_id = profile.contact_id AND campaign_key = $1) AS mails
       FROM profile WHERE profile.email LIKE 'patient-%'`,
      [CAMPAIGN],
    ),
  );
  const arrived = new Set(place.inbox.mails.map(({ id }) => id));
  const faults = shoppers.flatMap(({ email, orders }) => {
    const row = rows.find((one) => one.email === email);
    const wanted = orders ? 0 : 1;
    const mails = row?.mails.filter((id) => arrived.has(id)).length;
    if (row?.entries === wanted && mails === wanted) return [];
    const who = orders ? 'ordered in time' : 'did not order';
    return [`${email} ${who}, entered ${row?.entries} times and got ${mails} mails`];
  });
  findings.add('2', 'engines that were down read what came meanwhile before a timer fires', PEOPLE, faults);
}
