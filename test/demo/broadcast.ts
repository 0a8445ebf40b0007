import { setTimeout as sleep } from 'node:timers/promises';
import { draftBroadcast } from './definitions';
import type { Audience, Report } from './marketing-api';
import { count, counted } from './screen';
import { reportOf, type SendName, type World } from './world';

const LEAD_MS = 2_000;

/** Counts who will get a broadcast, publishes it, and watches it go out. */
export async function sendBroadcast(world: World, name: SendName & ('news' | 'more-news')): Promise<void> {
  const { api, screen, checks } = world;
  await draftBroadcast(api, name, name);
  const before = await api.get<Audience>(`broadcasts/${name}/audience`);
  screen.line(
    `audience ${count(before.audience)}: ${count(before.willGet)} will get it; not: ${counted(before.wont)}`,
  );
  checks.same(
    'as many will get it as gave a permission and did not take it back',
    before.willGet,
    expected(world),
  );
  const dry = await api.post<{ dryRun: boolean }>(`broadcasts/${name}/publish`, { dryRun: true });
  checks.that('publishing was tried dry before', dry.dryRun);
  await api.put(`broadcasts/${name}`, {
    topic: 'newsletter',
    from: 'shop',
    audience: { segment: 'french' },
    template: name,
    at: new Date(Date.now() + LEAD_MS).toISOString(),
  });
  await api.post(`broadcasts/${name}/publish`, {});
  const after = await ended(world, name, before.willGet);
  checks.that(
    'what came was what had been counted',
    after.queued === before.willGet && after.audience === before.audience,
    after,
  );
}

/** By what the generator knows: who lives in France and may be mailed. */
function expected({ crm, signUps, mayBeMailed, optOuts }: World): number {
  return [...crm.customers, ...signUps].filter(
    ({ country, email }) => country === 'FR' && email && mayBeMailed.has(email) && !optOuts.has(email),
  ).length;
}

async function ended(world: World, name: SendName, total: number): Promise<Report> {
  const { screen } = world;
  const start = performance.now();
  for (;;) {
    const report = await reportOf(world, name);
    if (report.done) {
      const seconds = ((performance.now() - start - LEAD_MS) / 1_000).toFixed(1);
      screen.line(`${count(report.sent)} mails sent, each signed and with its own links, in ${seconds} s`);
      return report;
    }
    screen.progress('mails', report.sent, total);
    await sleep(300);
  }
}
