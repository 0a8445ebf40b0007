import type { Fact } from '@entente/event';
import { MINUTE, type Instant } from '@entente/kernel';
import { parseRule, type Rule } from '@entente/segment';
import { publish, publishSegment, type Database } from '@entente/storage';
import { fireTimers } from '../../apps/engine/fire-timers';
import { buildSegments } from '../../apps/engine/jobs/build-segments';
import { Random } from '../demo/random';
import { Author } from '../support/author';
import { driftOfContacts } from '../support/contact-drift';
import { EngineWorld, everyBucket } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

/**
 * A swap is an instant: whenever what happened is read and whenever timers fire, entries and exits up to it are those of the version before, and
 * those after it are those of the new one, of the segment itself and of the one that names it. Whom a swap brings in starts what the author asked for.
 */

const seed = Number(process.env.ENTENTE_SWAPS_SEED ?? Date.now() % 2 ** 31);
const edits = Number(process.env.ENTENTE_SWAPS_EDITS ?? 12);
const people = 40;
const start = Date.UTC(2026, 0, 5, 9);

let held: TestDatabase;
let database: Database;
let world: EngineWorld;
let random: Random;
let shop: number;
/** How far the clock of the log goes before the engine's. */
let ahead: number;

beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
  random = new Random(seed);
  ahead = random.pick([0, 50, 20_000]);
  world = new EngineWorld(database, start, 2, ahead);
  const author = new Author(database);
  shop = await author.source('shop', true);
  await author.mailNeeds('news', 'shop', 'hello');
  for (const segment of ['recent', 'calm'])
    for (const on of ['entered', 'left'])
      await author.campaign(
        `${segment} ${on}`,
        {
          topic: 'news',
          from: 'shop',
          triggers: [{ segment, on }],
          reentry: 'always',
          steps: [{ id: 'hello', send: 'hello' }],
        },
        start - 1,
      );
});
afterEach(() => held.close());

/** When each user ordered. */
const orders = new Map<string, Instant[]>();

async function order(): Promise<void> {
  const user = String(random.whole(1, people));
  const at = world.clock.now() + ahead;
  const own = orders.get(user) ?? [];
  orders.set(user, [...own, at]);
  const fact: Fact = {
    v: 1,
    type: 'track',
    name: 'Order Completed',
    source: shop,
    messageId: `${user}-${own.length}`,
    timestamp: at,
    userId: user,
  };
  await world.arrive(fact);
}

/** A while in which people order, and some of it is read, and some timers fire, and builders do something. */
async function live(): Promise<void> {
  for (let steps = random.whole(0, 12); steps > 0; steps -= 1) {
    world.clock.moveTo(world.clock.now() + random.pick([0, 1, MINUTE, random.whole(1, 20 * MINUTE)]));
    for (let some = random.whole(0, 6); some > 0; some -= 1) await order();
    if (random.chance(0.4)) await world.log.heartbeat(random.whole(0, 1));
    if (random.chance(0.4)) await world.read(random.whole(0, 1), random.whole(1, 10));
    if (random.chance(0.2)) await readOn();
    if (random.chance(0.3)) await fireTimers(world.engine, random.some(everyBucket, random.whole(1, 16)));
    if (random.chance(0.3)) await buildSegments(world.engine);
  }
}

/** Has the stream read up to now. */
async function readOn(): Promise<void> {
  world.clock.moveTo(world.clock.now() + 1);
  for (const partition of [0, 1]) await world.log.heartbeat(partition);
  await world.readAll();
}

const rule = (json: object): Rule => {
  const parsed = parseRule(json);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.rule;
};

const publishRule = (key: string, json: object, enterOnSwap = false): Promise<number[]> =>
  database.transaction(async (tx) => {
    await publish(tx);
    const versions = await publishSegment(tx, { key, name: key, rule: rule(json), enterOnSwap });
    // Long enough ago for the builder not to wait for the stream.
    await tx.run(`UPDATE segment_version SET created_at = created_at - interval '1 minute'`);
    return versions;
  });

/** Builds what was published while life goes on; gives since when it is live. */
async function build(version: number): Promise<Instant> {
  for (;;) {
    await buildSegments(world.engine);
    const [row] = await database.query<{ at: Date | null }>(
      'SELECT live_at AS at FROM segment_version WHERE id = $1',
      [version],
    );
    if (row!.at) return row!.at.getTime();
    await live();
  }
}

/** What a segment was until an instant: of whom an order is less than a while ago. */
interface Stretch {
  readonly length: number;
  /** The version, where the swap was to start campaigns. */
  readonly starts: number | undefined;
  readonly from: Instant;
  readonly until: Instant;
}

const isRecent = (ordered: readonly Instant[], length: number, at: Instant): boolean =>
  ordered.some((one) => one <= at && at < one + length);

/** Entries and exits as `user campaign instant`, and exits by edits as `user segment instant`. */
function expected(stretches: readonly Stretch[]): { told: string[]; edited: string[] } {
  const [told, edited]: [string[], string[]] = [[], []];
  for (const [user, ordered] of orders)
    for (const [index, { length, from, until }] of stretches.entries()) {
      const instants = [...new Set(ordered.flatMap((at) => [at, at + length]))].sort((a, b) => a - b);
      for (const at of instants) {
        const is = isRecent(ordered, length, at);
        if (at <= from || at > until || is === isRecent(ordered, length, at - 1)) continue;
        told.push(`${user} recent ${is ? 'entered' : 'left'} ${at}`);
        if (at !== ordered[0]) told.push(`${user} calm ${is ? 'left' : 'entered'} ${at}`);
      }
      const next = stretches[index + 1];
      if (!next || ordered[0]! > until) continue;
      const [was, is] = [length, next.length].map((one) => isRecent(ordered, one, until));
      if (was !== is) edited.push(`${user} ${was ? 'recent' : 'calm'} ${until}`);
    }
  return { told: told.sort(), edited: edited.sort() };
}

/** Who came in by a swap that was to start campaigns, as `user campaign version`: those who stayed for long, and those who soon left. */
function broughtIn(stretches: readonly Stretch[]): { stayed: string[]; left: Set<string> } {
  const [stayed, gone]: [string[], Set<string>] = [[], new Set()];
  for (const [index, { length, starts, from, until }] of stretches.entries())
    for (const [user, ordered] of starts === undefined ? [] : orders) {
      if (ordered[0]! > from) continue;
      const [was, is] = [stretches[index - 1]!.length, length].map((one) => isRecent(ordered, one, from));
      if (was === is) continue;
      const one = `${user} ${is ? 'recent' : 'calm'} entered ${is ? starts! : starts! + 1}`;
      const moments = ordered.flatMap((at) => [at, at + length]).filter((at) => at > from && at <= until);
      if (moments.some((at) => isRecent(ordered, length, at) !== is)) gone.add(one);
      else stayed.push(one);
    }
  return { stayed: stayed.sort(), left: gone };
}

it('has each entry and exit told by the version of its instant, and by that alone', async () => {
  const stretches: Stretch[] = [];
  let length = 60 * MINUTE;
  const [first] = await publishRule('recent', { event: 'Order Completed', within: 'PT60M' });
  await publishRule('calm', { not: { segment: 'recent' } });
  await world.passTo(start);
  await world.build();
  let [from, version] = [start - 1, first!];
  let starts: number | undefined;
  for (let edit = 0; edit < edits; edit += 1) {
    await live();
    const next = random.pick([10, 30, 45, 60, 90].filter((minutes) => minutes * MINUTE !== length)) * MINUTE;
    const isToStart = random.chance(0.5);
    const json = { event: 'Order Completed', within: `PT${next / MINUTE}M` };
    [version] = (await publishRule('recent', json, isToStart)) as [number];
    const until = await build(version);
    stretches.push({ length, starts, from, until });
    [length, from, starts] = [next, until, isToStart ? version : undefined];
  }
  await live();
  await world.passTo(world.clock.now());
  await world.build();
  stretches.push({ length, starts, from, until: world.clock.now() + ahead - 1 });

  const enrolled = await database.query<{ one: string; bySwap: boolean }>(
    `SELECT replace(key, 'user:', '') || ' ' || campaign_key || ' ' ||
       coalesce(substring(cause->>'change' FROM ':version (.*)'), cause->>'at') AS one, cause->>'change' LIKE '%:version %' AS "bySwap"
     FROM enrollment JOIN identity USING (contact_id)`,
  );
  const logged = await database.query<{ one: string }>(
    `SELECT replace(key, 'user:', '') || ' ' || segment_key || ' ' || (extract(epoch FROM effective_at) * 1000)::bigint AS one
     FROM membership_change JOIN segment_version AS version ON version.id = version_id JOIN identity USING (contact_id)
     WHERE cause->>'kind' = 'edit' AND NOT entered`,
  );
  const { told, edited } = expected(stretches);
  const by = (swap: boolean) => enrolled.filter(({ bySwap }) => bySwap === swap).map(({ one }) => one);
  expect(by(false).sort()).toEqual(told);
  const { stayed, left } = broughtIn(stretches);
  expect(
    by(true)
      .filter((one) => !left.has(one))
      .sort(),
  ).toEqual(stayed);
  expect(logged.map(({ one }) => one).sort()).toEqual(edited);
  const now = world.clock.now() + ahead;
  const recent = [...orders].filter(([, ordered]) => isRecent(ordered, length, now)).map(([user]) => user);
  const members = await database.query<{ user: string }>(
    `SELECT replace(key, 'user:', '') AS user FROM membership JOIN identity USING (contact_id) WHERE version_id = $1`,
    [version],
  );
  expect(members.map(({ user }) => user).sort()).toEqual(recent.sort());
  expect(
    await database.query(
      `SELECT FROM membership_change JOIN segment_version AS version ON version.id = version_id WHERE effective_at > retired_at`,
    ),
  ).toEqual([]);
  expect(await database.query(driftOfContacts)).toEqual([]);
  process.stdout.write(
    `swaps: seed ${seed}, clocks ${ahead} ms apart, ${edits} edits, ${told.length} entries and exits, ${edited.length} by edits, ${by(true).length} started by swaps\n`,
  );
}, 600_000);
