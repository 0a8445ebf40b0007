import { setTimeout as sleep } from 'node:timers/promises';
import type { Customer } from './customers';
import { CustomerBook } from './customers';
import { PAUSE_SECONDS, QUIET_SECONDS } from './definitions';
import { inParallel } from './in-parallel';
import { count } from './screen';
import { added, ordered, type ShopCall } from './web-shop';
import { isUndisturbed, type World } from './world';

const AT_ONCE = 8;
const MARGIN_MS = 1_000;

/** People sign up; others fill their carts, and some leave them behind. */
export async function liveTheDay(world: World): Promise<void> {
  const { screen, checks, api, tracker } = world;
  const carts = takeCarts(world, Math.max(12, Math.round(world.options.contacts * 0.03)));
  const buyers = carts.slice(0, Math.floor(carts.length / 2));
  const leavers = carts.slice(buyers.length);
  const late = leavers.slice(0, Math.floor(leavers.length / 3));
  const start = Date.now();
  await tracker.send(
    carts.map((customer) => added(userOf(customer), new Date(), `add-${customer.user}`, world.random)),
  );
  screen.line(
    `${count(carts.length)} customers put something into their cart; ${count(buyers.length)} of them buy it`,
  );
  await tracker.send(ordersOf(world, buyers));
  mustBeBefore(world, start, QUIET_SECONDS);
  await signUp(world);
  await until(start, QUIET_SECONDS + 2, world, 'nothing happens, which is what makes a cart abandoned');
  const members = await api.size('cart-abandoners');
  if (isUndisturbed(world))
    checks.same(
      `by time alone, ${count(leavers.length)} who bought nothing became "cart-abandoners"`,
      members,
      leavers.length,
    );
  await showEntry(world, leavers[0]!);
  await tracker.send(ordersOf(world, late));
  mustBeBefore(world, start, QUIET_SECONDS + PAUSE_SECONDS);
  screen.line(
    `${count(late.length)} of them buy after the reminder, and are left alone; the others get a second mail`,
  );
  world.expectedCartSends += leavers.length + leavers.length - late.length;
  await until(start, QUIET_SECONDS + PAUSE_SECONDS + 1, world, 'the campaign pauses before it looks again');
}

/** Orders that a slow machine sends too late are no longer in time for what they must prevent. */
function mustBeBefore(world: World, start: number, seconds: number): void {
  if (Date.now() > start + seconds * 1_000 - MARGIN_MS) world.inTime = false;
}

/** Customers with an account who were in no cart chapter yet. */
export function takeCarts(world: World, most: number, from = world.crm.customers): Customer[] {
  const candidates = from.filter(({ user }) => user && !world.cartUsers.has(user));
  const taken = world.random.some(candidates, most);
  for (const { user } of taken) world.cartUsers.add(user!);
  return taken;
}

export const userOf = ({ user }: Customer): { userId: string } => ({ userId: user! });

/** Waits until so many seconds after an instant. */
export async function until(start: number, seconds: number, { screen }: World, why: string): Promise<void> {
  const end = start + seconds * 1_000;
  for (let left = end - Date.now(); left > 0; left = end - Date.now()) {
    screen.waiting(`${Math.ceil(left / 1_000)} s: ${why}`);
    await sleep(Math.min(left, 250));
  }
}

const ordersOf = ({ random }: World, customers: readonly Customer[]): ShopCall[] =>
  customers.map((customer) => ordered(userOf(customer), new Date(), `order-${customer.user}`, random));

async function signUp(world: World): Promise<void> {
  const { screen, tracker, engine, api, random } = world;
  const book = new CustomerBook(random);
  const people = Array.from({ length: Math.max(5, Math.round(world.options.contacts * 0.015)) }, () =>
    book.next(),
  );
  world.signUps = people.map((person, n) => ({
    ...person,
    user: `new-${n}`,
    email: `visiteur.${n}@example.net`,
  }));
  await tracker.send(world.signUps.map(identifiedNow));
  await engine.settled();
  await inParallel(world.signUps, AT_ONCE, async ({ user, email }) => {
    const evidence = { page: 'https://boutique.example/inscription', wording: 'lettre-fr@3' };
    await api.post(`contacts/user:${user}/permissions`, { topic: 'newsletter', act: 'grant', evidence });
    world.mayBeMailed.add(email!);
  });
  screen.line(
    `${count(people.length)} visitors sign up for the newsletter, which starts the campaign "welcome"`,
  );
}

const identifiedNow = ({ user, email, firstName, city, country }: Customer): ShopCall => ({
  call: 'identify',
  userId: user!,
  traits: { email, firstName, city, country },
  at: new Date(),
  messageId: `sign-up-${user}`,
});

interface TimelineItem {
  readonly at: string;
  readonly kind: string;
  readonly what: Readonly<Record<string, unknown>>;
}

/** To the millisecond: what a window's end means. */
async function showEntry({ api, screen }: World, { firstName, user }: Customer): Promise<void> {
  const { items } = await api.get<{ items: TimelineItem[] }>(`contacts/user:${user}/timeline?limit=50`);
  const cart = items.find(({ kind, what }) => kind === 'event' && what.name === 'Product Added');
  const entry = items.find(({ what }) => what.segment === 'cart-abandoners');
  if (!cart || !entry) return;
  const seconds = (Date.parse(entry.at) - Date.parse(cart.at)) / 1_000;
  screen.line(
    `  ${firstName}: cart at ${cart.at.slice(11, 23)}, member at ${entry.at.slice(11, 23)}, ${seconds.toFixed(3)} s later`,
  );
}
