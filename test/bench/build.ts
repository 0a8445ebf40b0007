import { setTimeout as sleep } from 'node:timers/promises';
import { parseRule } from '@entente/segment';
import { publish, publishSegment, type Database } from '@entente/storage';
import { buildSegments } from '../../apps/engine/jobs/build-segments';
import { finishSwaps } from '../../apps/engine/jobs/swaps';
import { paced } from '../../apps/engine/paced';
import { share } from '../../apps/engine/roles/jobs.role';
import { Random } from '../demo/random';
import { BenchEngine } from './bench-engine';
import type { BenchServer } from './bench-server';
import { EventSource, shopMix } from './event-mix';
import { checkMemberships, makeContacts, publishLive } from './memberships';
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
  batch: 2_000,
  partitions: 4,
  seed: 1,
};

type Settings = Numbers<keyof typeof defaults>;

/** A segment of who did something so often within 30 days. */
interface Built {
  readonly key: string;
  readonly event: string;
  readonly times: number;
}

/** Behavioral: over what nearly all events are, with few members and with more; and over what few events are, with many and with few. */
const builds: readonly Built[] = [
  { key: 'enthusiasts', event: 'Product Viewed', times: 17 },
  { key: 'window-shoppers', event: 'Product Viewed', times: 14 },
  { key: 'regulars', event: 'Order Completed', times: 2 },
  { key: 'devotees', event: 'Order Completed', times: 4 },
];

const segmentOf = ({ key, event, times }: Built): BenchSegment => ({
  key,
  rule: { event, count: { gte: times }, within: 'P30D' },
  sql: `SELECT contact_id FROM seen WHERE name = '${event}' AND at > :now - interval '30 days' AND at <= :now
        GROUP BY 1 HAVING count(*) >= ${times}`,
});
const queryOf = ({ event, times }: Built, selected = 'contact_id'): string => `SELECT ${selected} FROM event
  WHERE name = '${event}' AND at > now() - interval '30 days' AND at <= now() GROUP BY contact_id HAVING count(*) >= ${times}`;

/** No segment's version. */
const nobodys = -1;

/** The query, with the least that must be stored of what it finds: memberships, their log and, to end them in time, timers. */
const storingOf = (built: Built): string => `
  WITH found AS MATERIALIZED (${queryOf(built, "contact_id, max(at) + interval '30 days' AS due")}),
  entered AS (INSERT INTO membership (contact_id, version_id, since) SELECT contact_id, ${nobodys}, now() FROM found),
  logged AS (INSERT INTO membership_change (contact_id, version_id, entered, effective_at, cause)
    SELECT contact_id, ${nobodys}, true, now(), '{"kind":"build"}' FROM found)
  INSERT INTO timer (bucket, due, contact_id) SELECT ${nobodys}, due, contact_id FROM found`;
const forgetStored = `
  WITH memberships AS (DELETE FROM membership WHERE version_id = ${nobodys}),
  logged AS (DELETE FROM membership_change WHERE version_id = ${nobodys})
  DELETE FROM timer WHERE bucket = ${nobodys}`;

/** Building behavioral segments over history, beside the one query that computes each by an index, and with events coming in. */
export async function build(
  server: BenchServer,
  settings: Settings,
  say: (line: string) => void,
): Promise<boolean> {
  const database = await server.database('build', settings.partitions + 4);
  await publishLive(database, tenSegments);
  await makeContacts(database, settings.contacts, tenSegments);
  const engine = await new BenchEngine(database, settings.partitions, settings.batch).recall();
  const source = new EventSource(shopMix(settings.contacts), new Random(settings.seed), 'build');
  const beginning = settings.history / 10;
  await ingest(engine, source, beginning, settings);
  await server.learnNames('build', database);
  await ingest(engine, source, settings.history - beginning, settings);
  const live: BenchSegment[] = [...tenSegments];
  for (const built of builds) {
    const { query, storing } = await timeQuery(server, database, built, settings.rounds);
    const alone = await buildOnce(engine, built);
    const members = await countMembers(database, built);
    // What is kept of everybody does not do for another number of times: all are found again.
    const again = { ...built, times: built.times + 1 };
    const meanwhile = await buildWithIngestion(engine, source, again, settings);
    await finish(engine);
    const after = await ingest(engine, source, settings.events, settings);
    say(
      `${built.key}, ${members} of ${settings.contacts} contacts: the query ${medianAndRange(query, 0)} ms`,
    );
    say(`  the query that also stores what it finds ${medianAndRange(storing, 0)} ms`);
    say(
      `  the build alone ${alone.toFixed(0)} ms, ${(alone / median(query)).toFixed(1)} times the query, ${(alone / median(storing)).toFixed(1)} times the one that stores`,
    );
    say(
      `  with events coming in ${meanwhile.took.toFixed(0)} ms; events at ${(meanwhile.rate / after).toFixed(2)} of their rate afterwards, of ${Math.round(after)}/s`,
    );
    live.push(segmentOf(again));
  }
  const { faults, members } = await checkMemberships(engine, live);
  say(`memory of this process: ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`);
  for (const line of faults.length > 0 ? faults : [`exact: ${members} memberships`]) say(line);
  return faults.length === 0;
}

/** Each right after a checkpoint, as a build is. */
async function timeQuery(server: BenchServer, database: Database, built: Built, rounds: number) {
  await server.asOwner('build', async (client) => {
    await client.query('CREATE INDEX bench_covering ON event (name, at) INCLUDE (contact_id)');
  });
  const [query, storing]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    await server.settle('build');
    query.push(await timed(() => database.query(queryOf(built))));
    storing.push(await timed(() => database.query(storingOf(built))));
    await server.asOwner('build', async (client) => void (await client.query(forgetStored)));
  }
  await server.asOwner('build', async (client) => {
    await client.query('DROP INDEX bench_covering');
  });
  await server.settle('build');
  return { query, storing };
}

type Tx = Parameters<Parameters<Database['transaction']>[0]>[0];

async function publishBuilt(tx: Tx, built: Built): Promise<void> {
  const parsed = parseRule(segmentOf(built).rule);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  await publish(tx);
  await publishSegment(tx, {
    key: built.key,
    name: built.key,
    rule: parsed.rule,
    events: false,
    enterOnSwap: false,
  });
}

async function buildOnce(engine: BenchEngine, built: Built): Promise<number> {
  await engine.comeToRest();
  await buildSegments(engine.engine); // nothing, as twice a second before: it sees that nothing else is going on
  await engine.database.transaction((tx) => publishBuilt(tx, built));
  return timed(async () => {
    await engine.comeToRest(); // a builder waits until everything that came before is read
    await untilBuilt(engine);
  });
}

async function buildWithIngestion(
  engine: BenchEngine,
  source: EventSource,
  built: Built,
  settings: Settings,
) {
  await engine.database.transaction((tx) => publishBuilt(tx, built));
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
  return { took: duration, rate: (given / took) * 1_000 };
}

async function countMembers(database: Database, { key }: Built): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM membership JOIN segment_version v ON v.id = version_id
     WHERE v.status = 'live' AND segment_key = $1`,
    [key],
  );
  return row!.count;
}

/** Has the versions before cleared away. */
async function finish(engine: BenchEngine): Promise<void> {
  const remains = async () =>
    (
      await engine.database.query(
        `SELECT FROM segment_version WHERE status = 'replaced'
           OR (status = 'retired' AND EXISTS (SELECT FROM membership WHERE version_id = segment_version.id)) LIMIT 1`,
      )
    ).length > 0;
  while (await remains()) {
    await engine.comeToRest();
    while (await finishSwaps(engine.engine));
  }
}

/** Until every version is live; what remains of those before is cleared away later. */
async function untilBuilt({ engine, database }: BenchEngine): Promise<void> {
  const isBuilding = async () =>
    (await database.query(`SELECT FROM segment_version WHERE status = 'building'`)).length > 0;
  const work = paced({ share, idle: 0, bustle: engine.bustle }, () => buildSegments(engine));
  while (await isBuilding()) await sleep(await work());
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
