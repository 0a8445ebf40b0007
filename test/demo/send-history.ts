import { setTimeout as sleep } from 'node:timers/promises';
import { segments } from './definitions';
import { recount } from './recount';
import { count } from './screen';
import { makeHistory } from './web-shop';
import { reportOf, type World } from './world';

const SENT_AGAIN = 500;

/** Months of events come in late: segments fill, and nothing starts. */
export async function sendHistory(world: World): Promise<void> {
  const { options, random, crm, tracker, screen, checks } = world;
  const calls = makeHistory(crm.customers, { events: options.events, now: Date.now(), random });
  const start = performance.now();
  await tracker.send(calls, (done) => screen.progress('events', done, calls.length));
  const seconds = (performance.now() - start) / 1_000;
  screen.line(`${count(calls.length)} events of four months, sent and confirmed in ${seconds.toFixed(1)} s`);
  await tracker.send(calls.slice(-SENT_AGAIN));
  screen.line(
    `${count(Math.min(SENT_AGAIN, calls.length))} of them sent again, as clients do that got no answer`,
  );
  await untilConsumed(world);
  const expected = recount(crm.customers, calls, Date.now());
  screen.line(
    `segments ${Object.entries(expected)
      .map(([key, size]) => `${key} ${count(size)}`)
      .join(', ')}`,
  );
  checks.same('each segment is what a recount of the bare data gives', await sizes(world), expected);
  const { total, mails } = await started(world);
  checks.that('neither import nor history started anything: no walk, no mail', total + mails === 0, {
    total,
    mails,
  });
}

async function untilConsumed({ engine, screen, api }: World): Promise<void> {
  let buyers = 0;
  let looking = true;
  const look = (async () => {
    for (; looking; await sleep(500)) buyers = await api.size('buyers');
  })();
  await engine.settled((behind) =>
    screen.waiting(`segments fill: ${count(buyers)} buyers, ${behind.toFixed(1)} s behind`),
  );
  looking = false;
  await look;
}

async function sizes({ api }: World): Promise<Record<string, number>> {
  const entries = Object.keys(segments).map(async (key) => [key, await api.size(key)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function started(world: World): Promise<{ total: number; mails: number }> {
  const reports = await Promise.all([reportOf(world, 'welcome'), reportOf(world, 'cart')]);
  return {
    total: reports.reduce((sum, { audience }) => sum + audience, 0),
    mails: await world.inbox.count(),
  };
}
