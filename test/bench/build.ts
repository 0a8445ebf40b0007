import { parseRule } from '@entente/segment';
import { publish, publishSegment, type Database } from '@entente/storage';
import { buildSegments } from '../../apps/engine/jobs/build-segments';
import { Random } from '../demo/random';
import { BenchEngine } from './bench-engine';
import type { BenchServer } from './bench-server';
import { EventSource, shopMix } from './event-mix';
import { differences, makeContacts, publishLive } from './memberships';
import type { Numbers } from './options';
import { tenSegments, type BenchSegment } from './segments';
import { median, medianAndRange } from './statistics';

export const defaults = {
  contacts: 20_000,
  /** Events of these contacts when the segment is written. */
  history: 200_000,
  rounds: 3,
  /** Events that come in a round while nothing is built, to compare with. */
  events: 20_000,
  batch: 1_000,
  partitions: 4,
  seed: 1,
};

type Settings = Numbers<keyof typeof defaults>;

/** Behavioral, over events that no other segment asks about. */
const built: BenchSegment = {
  key: 'window-shoppers',
  rule: { event: 'Product Viewed', count: { gte: 3 }, within: 'P30D' },
  sql: `SELECT contact_id FROM seen WHERE name = 'Product Viewed' AND at > :now - interval '30 days' AND at <= :now
        GROUP BY 1 HAVING count(*) >= 3`,
};
const oneQuery = `SELECT contact_id FROM event
  WHERE name = 'Product Viewed' AND at > now() - interval '30 days' AND at <= now() GROUP BY 1 HAVING count(*) >= 3`;

/** Building a behavioral segment over history, beside the one query that computes it by an index, with events coming in. */
export async function build(
  server: BenchServer,
  settings: Settings,
  say: (line: string) => void,
): Promise<boolean> {
  const database = await server.database('build', settings.partitions + 4);
  await publishLive(database, tenSegments);
  await makeContacts(database, settings.contacts, tenSegments);
  const engine = new BenchEngine(database, settings.partitions, settings.batch);
  const source = new EventSource(shopMix(settings.contacts), new Random(settings.seed), 'build');
  await ingest(engine, source, settings.history, settings);
  const alone = await ingest(engine, source, settings.events, settings);
  await server.asOwner('build', async (client) => {
    await client.query('CREATE INDEX bench_covering ON event (name, at) INCLUDE (contact_id)');
  });
  await server.settle('build');
  const queries: number[] = [];
  for (let round = 0; round < settings.rounds; round += 1)
    queries.push(await timed(() => database.query(oneQuery)));
  await server.asOwner('build', async (client) => {
    await client.query('DROP INDEX bench_covering');
  });
  const quiet = await buildOnce(engine);
  await database.transaction((tx) => publishAgain(tx, 4));
  const meanwhile = await buildWithIngestion(engine, source, settings);
  const now = await engine.comeToRest();
  const { differing, members } = await differences(database, [...tenSegments, meanwhile.segment], now);
  say(`the query: ${medianAndRange(queries, 0)} ms`);
  say(`the build alone: ${quiet.toFixed(0)} ms, ${(quiet / median(queries)).toFixed(1)} times the query`);
  say(
    `with events coming in: ${meanwhile.took.toFixed(0)} ms; events at ${(meanwhile.rate / alone).toFixed(2)} of their rate before, of ${Math.round(alone)}/s`,
  );
  say(`memory of this process: ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`);
  say(
    differing === 0
      ? `exact: ${members} memberships`
      : `${differing} of ${members} memberships differ from SQL`,
  );
  return differing === 0 && engine.reports.length === 0;
}

type Tx = Parameters<Parameters<Database['transaction']>[0]>[0];

const segmentOf = (times: number): BenchSegment => ({
  ...built,
  rule: { ...built.rule, count: { gte: times } },
  sql: built.sql!.replace('>= 3', `>= ${times}`),
});

/** With another number of times: what is kept of everybody's views does not do, and all are read again. */
async function publishAgain(tx: Tx, times: number): Promise<void> {
  const parsed = parseRule(segmentOf(times).rule);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  await publish(tx);
  await publishSegment(tx, { key: built.key, name: built.key, rule: parsed.rule, enterOnSwap: false });
}

async function buildOnce(engine: BenchEngine): Promise<number> {
  await engine.comeToRest();
  await engine.database.transaction((tx) => publishAgain(tx, 3));
  return timed(() => untilBuilt(engine));
}

async function buildWithIngestion(engine: BenchEngine, source: EventSource, settings: Settings) {
  let building = true;
  let [given, took] = [0, 0];
  const coming = (async () => {
    while (building) {
      took += (settings.events * 1_000) / (await ingest(engine, source, settings.events, settings));
      given += settings.events;
    }
  })();
  const duration = await timed(() => untilBuilt(engine));
  building = false;
  await coming;
  return { took: duration, rate: (given / took) * 1_000, segment: segmentOf(4) };
}

/** Until every version is live; what remains of retired ones is cleared away later. */
async function untilBuilt(engine: BenchEngine): Promise<void> {
  const isBuilding = async () =>
    (await engine.database.query(`SELECT FROM segment_version WHERE status = 'building'`)).length > 0;
  while (await isBuilding()) await buildSegments(engine.engine);
}

/** Gives events per second. */
async function ingest(
  engine: BenchEngine,
  source: EventSource,
  count: number,
  { batch }: Settings,
): Promise<number> {
  let took = 0;
  for (let left = count; left > 0; left -= 20 * batch) {
    await engine.log.append(source.take(Math.min(left, 20 * batch), Date.now()));
    took += await engine.readAll();
  }
  return (count / took) * 1_000;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
