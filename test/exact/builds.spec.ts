import { setTimeout as sleep } from 'node:timers/promises';
import { recordOf } from '@entente/event';
import { markCommonEventNames, type Database } from '@entente/storage';
import { BuildPlan } from '../../apps/engine/jobs/build-plan';
import { buildSegments } from '../../apps/engine/jobs/build-segments';
import { BenchEngine } from '../bench/bench-engine';
import { Random } from '../demo/random';
import { Author } from '../support/author';
import { driftOfContacts } from '../support/contact-drift';
import { testDatabase, type TestDatabase } from '../support/postgres';

/**
 * Promise 2 while segments are built: events come in, time passes and versions are built all at once, each in transactions of its
 * own; whenever all have come to rest, memberships are what SQL makes of the events.
 */

const seed = Number(process.env.ENTENTE_BUILDS_SEED ?? Date.now() % 2 ** 31);
const rounds = Number(process.env.ENTENTE_BUILDS_ROUNDS ?? 8);
const people = 300;
const partitions = 3;
const names = ['Viewed', 'Added', 'Ordered'];

interface Asked {
  readonly event: string | readonly string[];
  readonly times: number;
  readonly exactly: boolean;
  readonly seconds: number | undefined;
  readonly color: string | undefined;
}

let held: TestDatabase;
let database: Database;
let random: Random;

beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
  random = new Random(seed);
});
afterEach(() => held.close());

/** `colored`: whether it may ask for more than when an event happened. */
const anything = (colored: boolean): Asked => ({
  event: random.chance(0.6)
    ? random.pick(names)
    : random.pick<Asked['event']>(['*', ['Added', 'Ordered'], ['Added', 'Viewed']]),
  times: random.whole(1, 4),
  exactly: random.chance(0.3),
  seconds: random.chance(0.8) ? random.whole(1, 12) : undefined,
  color: colored && random.chance(0.6) ? random.pick(['red', 'blue']) : undefined,
});

const ruleOf = ({ event, times, exactly, seconds, color }: Asked) => ({
  event,
  count: exactly ? { eq: times } : { gte: times },
  ...(seconds !== undefined && { within: `PT${seconds}S` }),
  ...(color !== undefined && { where: { color } }),
});

const sqlOf = ({ event, times, exactly, seconds, color }: Asked): string => `
  SELECT coalesce(survivor_id, contact_id) FROM event LEFT JOIN lineage USING (contact_id)
  WHERE ${isNamed(event)} AND at <= :now ${seconds === undefined ? '' : `AND at > :now - interval '${seconds} seconds'`}
    ${color === undefined ? '' : `AND properties->>'color' = '${color}'`}
  GROUP BY 1 HAVING count(*) ${exactly ? '=' : '>='} ${times}`;

const isNamed = (event: Asked['event']): string =>
  event === '*'
    ? `name <> 'Identified'`
    : `name IN (${[event]
        .flat()
        .map((name) => `'${name}'`)
        .join(', ')})`;

const everybody = `SELECT id FROM contact WHERE version > 0 AND NOT EXISTS (SELECT FROM lineage WHERE contact_id = id)`;

/** A rule of one to three questions, some of them turned around, and the same in SQL. */
function somethingAsked(): { rule: object; sql: string } {
  const colored = random.chance(0.5);
  const parts = Array.from({ length: random.whole(1, 3) }, () => {
    const asked = anything(colored);
    return random.chance(0.3)
      ? { rule: { not: ruleOf(asked) }, sql: `(${everybody} EXCEPT ${sqlOf(asked)})` }
      : { rule: ruleOf(asked), sql: `(${sqlOf(asked)})` };
  });
  const [group, joined] = random.pick([
    ['all', ' INTERSECT '],
    ['any', ' UNION '],
  ] as const);
  return { rule: { [group]: parts.map(({ rule }) => rule) }, sql: parts.map(({ sql }) => sql).join(joined) };
}

it('who does what has become common since a build began is kept by the batch', async () => {
  const author = new Author(database);
  const source = await author.source('shop', true);
  const engine = new BenchEngine(database, 1, 50);
  const ordered = (userId: string) =>
    engine.log.append([
      recordOf({
        v: 1,
        type: 'track',
        source,
        messageId: userId,
        userId,
        timestamp: Date.now(),
        name: 'Ordered',
        properties: {},
      }),
    ]);
  await author.segment('buyers', { event: 'Ordered' });
  await ordered('early');
  await engine.readAll();
  const { versions, book, commonNames } = await engine.engine.definitions.latest();
  const plan = new BuildPlan(book, [...versions.keys()], Date.now(), commonNames);
  await markCommonEventNames(database, ['Ordered']);
  await ordered('late');
  await engine.readAll();
  expect(await database.query('SELECT contact_id AS id, rare FROM event ORDER BY id')).toEqual([
    { id: '1', rare: true },
    { id: '2', rare: false },
  ]);
  expect((await plan.chunkAfter(database, '0', false))?.deviating).toEqual(['1']);
  expect(await database.query('SELECT contact_id AS id FROM membership ORDER BY id')).toEqual([
    { id: '1' },
    { id: '2' },
  ]);
});

it('memberships equal SQL whenever everything rests, whatever is built meanwhile', async () => {
  const author = new Author(database);
  const source = await author.source('shop', true);
  let engine = new BenchEngine(database, partitions, 50);
  const segments = new Map<string, string>();
  let told = 0;

  const event = () => ({
    v: 1 as const,
    type: 'track' as const,
    source,
    messageId: `m${(told += 1)}`,
    ...(random.chance(0.05)
      ? { anonymousId: `device-${random.whole(1, people)}` }
      : { userId: String(random.whole(1, people)) }),
    ...(random.chance(0.02) && { anonymousId: `device-${random.whole(1, people)}` }),
    timestamp: Date.now() - (random.chance(0.7) ? 0 : random.whole(0, 12_000)),
    name: random.pick(names),
    properties: { color: random.pick(['red', 'blue', 'green']) },
  });
  const told100 = () => engine.log.append(Array.from({ length: 100 }, () => recordOf(event())));
  const isBuilding = async () =>
    (await database.query(`SELECT FROM segment_version WHERE status = 'building'`)).length > 0;

  for (let round = 0; round < rounds; round += 1) {
    for (let some = random.whole(1, 3); some > 0; some -= 1) {
      const key = `s${random.whole(1, 6)}`;
      const { rule, sql } = somethingAsked();
      await database.run(
        `UPDATE segment_version SET status = 'retired', retired_at = now() WHERE segment_key = $1 AND status = 'building'`,
        [key],
      );
      await author.segment(key, rule);
      segments.set(key, sql);
    }
    let over = false;
    const reading = Array.from({ length: partitions }, async (_, partition) => {
      while (!over) {
        await engine.readPartition(partition);
        await sleep(2);
      }
    });
    const firing = (async () => {
      while (!over) {
        await engine.fire();
        await sleep(20);
      }
    })();
    const building = (async () => {
      while (await isBuilding()) await buildSegments(engine.engine);
    })();
    for (let n = 0; n < 5; n += 1) {
      await told100();
      await sleep(random.whole(5, 60));
      if (random.chance(0.06)) await markCommonEventNames(database, [random.pick(names.slice(1))]);
    }
    await building;
    over = true;
    await Promise.all([...reading, firing]);
    const now = await engine.comeToRest();
    expect(engine.reports).toEqual([]);
    for (const [key, sql] of segments) await compare(key, sql, now, round);
    if (random.chance(0.3)) {
      const { log } = engine;
      engine = new BenchEngine(database, partitions, 50, log);
    }
  }
  console.info(`builds = SQL: seed ${seed}, ${rounds} rounds, ${told} events`);
}, 600_000);

async function compare(key: string, sql: string, now: number, round: number): Promise<void> {
  const at = `timestamptz '${new Date(now).toISOString()}'`;
  const rows = await database.query<{ what: string; id: string }>(
    `WITH wanted (id) AS (${sql.replaceAll(':now', at)}),
       kept AS (SELECT contact_id FROM membership JOIN segment_version v ON v.id = version_id
                WHERE v.segment_key = $1 AND v.status = 'live')
     SELECT 'missing' AS what, * FROM (TABLE wanted EXCEPT TABLE kept) AS a
     UNION ALL SELECT 'too many', * FROM (TABLE kept EXCEPT TABLE wanted) AS b`,
    [key],
  );
  if (rows.length > 0)
    throw new Error(`${key} in round ${round} (seed ${seed}): ${JSON.stringify(rows.slice(0, 5))} ${sql}`);
  expect(await database.query(driftOfContacts)).toEqual([]);
}
