import { importPlan, makeFairList } from './crm-export';
import type { Customer } from './customers';
import { QUIET_SECONDS } from './definitions';
import { count } from './screen';
import { takeCarts, until, userOf } from './the-day';
import { added } from './web-shop';
import type { World } from './world';

const MOST = 40;

/** Events of people who opted out, and a list that knows nothing of it. */
export async function goOnAfterOptOuts(world: World): Promise<void> {
  const { screen, checks, api, tracker, crm, optOuts, mayBeMailed } = world;
  const gone = crm.customers.filter(({ email }) => email && optOuts.has(email));
  const others = crm.customers.filter(({ email }) => email && mayBeMailed.has(email) && !optOuts.has(email));
  const carts = [...takeCarts(world, MOST, gone), ...takeCarts(world, MOST, others)];
  const start = Date.now();
  await tracker.send(
    carts.map((customer) => added(userOf(customer), new Date(), `again-${customer.user}`, world.random)),
  );
  screen.line(
    `${count(carts.length)} customers leave their cart behind, some of them opted out a moment ago`,
  );
  world.expectedCartSends += 2 * carts.length;
  const fresh = crm.customers.filter(isWithoutPermission(world)).slice(0, MOST);
  const counts = await api.import(makeFairList([...gone, ...fresh]), importPlan, () => undefined);
  checks.that(
    `a list that says yes for ${count(gone.length)} who opted out and ${count(fresh.length)} others gives ${count(counts.grants)} permissions`,
    counts.grants === fresh.length && counts.refused === 0,
    counts,
  );
  for (const { email } of fresh) mayBeMailed.add(email!);
  await world.engine.settled();
  await until(start, QUIET_SECONDS + 1, world, 'the carts become abandoned');
}

/** Said neither yes nor no, in no row. */
const isWithoutPermission =
  ({ mayBeMailed }: World) =>
  ({ email, optedOut, optIn }: Customer): boolean =>
    email !== undefined && optedOut === '' && !mayBeMailed.has(email) && !/^(oui|1)$/i.test(optIn);
