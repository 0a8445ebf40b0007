import type { Fact } from '@entente/event';
import { MINUTE, type Instant } from '@entente/kernel';
import { parseRule, type Rule } from '@entente/segment';
import { publish, publishSegment, type Database } from '@entente/storage';
import type { Engine } from '../../apps/engine/engine';
import { fireTimers } from '../../apps/engine/fire-timers';
import { buildSegments } from '../../apps/engine/jobs/build-segments';
import { finishSwaps } from '../../apps/engine/jobs/swaps';
import { Random } from '../demo/random';
import { Author } from '../support/author';
import { driftOfContacts } from '../support/contact-drift';
import { EngineWorld, everyBucket } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

/**
 * A swap is an instant: whenever what happened is read and whenever timers fire, entries and exits up to it are those of the version before, and
 * those after it are those of the new one, of the segment itself and of those that name it, for whom nothing is told that was never so. Whom a swap brings in starts what the author asked for.
 */

const seed = Number(process.env.ENTENTE_SWAPS_SEED ?? Date.now() % 2 ** 31);
const edits = Number(process.env.ENTENTE_SWAPS_EDITS ?? 12);
const people = 40;
const start = Date.UTC(2026, 0, 5, 9);

let held: TestDatabase;
let database: Database;
let world: EngineWorld;
let random: Random;
/** They know of each other only by the database. */
let engines: readonly Engine[];
let shop: number;
/** How far the clock of the log goes before the engine's. */
let ahead: number;

beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
  random = new Random(seed);
  lives = new Map();
  ahead = random.pick([0, 50, 20_000]);
  world = new EngineWorld(database, start, 2, ahead);
  const one = world.engine;
  world.restart();
  engines = [one, world.engine];
  const author = new Author(database);
  shop = await author.source('shop', true);
  await author.mailNeeds('news', 'shop', 'hello');
  for (const segment of segments)
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

/** What a user did, and when. */
interface Life {
  readonly 'Order Completed': Instant[];
  readonly 'Product Viewed': Instant[];
}
let lives: Map<string, Life>;

async function act(): Promise<void> {
  const user = String(random.whole(1, people));
  const name = random.pick(['Order Completed', 'Product Viewed'] as const);
  const at = world.clock.now() + ahead;
  const life = lives.get(user) ?? { 'Order Completed': [], 'Product Viewed': [] };
  // Of two at once, one would come first.
  if (Object.values(life).flat().includes(at)) return;
  life[name].push(at);
  lives.set(user, life);
  const fact: Fact = {
    v: 1,
    type: 'track',
    name,
    source: shop,
    messageId: `${name} ${user} ${life[name].length}`,
    timestamp: at,
    userId: user,
  };
  await world.arrive(fact);
}

/**
 * A while in which people do things, and some of it is read, and some timers fire, and another segment is edited, and builders do something,
 * each by one of the engines.
 */
async function live(): Promise<void> {
  for (let steps = random.whole(0, 12); steps > 0; steps -= 1) {
    world.engine = random.pick(engines);
    world.clock.moveTo(world.clock.now() + random.pick([0, 1, MINUTE, random.whole(1, 20 * MINUTE)]));
    for (let some = random.whole(0, 6); some > 0; some -= 1) await act();
    if (random.chance(0.4)) await world.log.heartbeat(random.whole(0, 1));
    if (random.chance(0.4)) await world.read(random.whole(0, 1), random.whole(1, 10));
    if (random.chance(0.2)) await readOn();
    if (random.chance(0.3)) await fireTimers(world.engine, random.some(everyBucket, random.whole(1, 16)));
    if (random.chance(0.1))
      await publishRule('other', { event: 'Product Viewed', within: `PT${world.clock.now() - start + 1}S` });
    if (random.chance(0.3)) await buildSegments(world.engine);
    if (random.chance(0.3)) await finishSwaps(world.engine);
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
    const versions = await publishSegment(tx, {
      key,
      name: key,
      rule: rule(json),
      events: false,
      enterOnSwap,
    });
    // Long enough ago for the builder not to wait for the stream.
    await tx.run(`UPDATE segment_version SET created_at = created_at - interval '1 minute'`);
    return versions;
  });

/** Builds what was published while life goes on; gives since when it is live. */
async function build(version: number): Promise<Instant> {
  for (;;) {
    await live();
    await buildSegments(world.engine);
    const [row] = await database.query<{ at: Date | null }>(
      'SELECT live_at AS at FROM segment_version WHERE id = $1',
      [version],
    );
    if (row!.at) return row!.at.getTime();
  }
}

/** What the edited segment was until an instant. */
interface Stretch {
  /** Of whom an order is less than a while ago. */
  readonly length: number;
  /** Its version and those of the segments that name it, where the swap was to start campaigns. */
  readonly starts: readonly number[];
  readonly from: Instant;
  readonly until: Instant;
}

const lately = (did: readonly Instant[], length: number, at: Instant): boolean =>
  did.some((one) => one <= at && at < one + length);

/** Whether somebody is in each segment at an instant. */
const definitions = {
  recent: (life: Life, length: number, at: Instant) => lately(life['Order Completed'], length, at),
  calm: (life: Life, length: number, at: Instant) =>
    firstOf(life) <= at && !lately(life['Order Completed'], length, at),
  idle: (life: Life, length: number, at: Instant) =>
    lately(life['Product Viewed'], LOOKING, at) && !lately(life['Order Completed'], length, at),
};
const LOOKING = 25 * MINUTE;
type Segment = keyof typeof definitions;
const segments = Object.keys(definitions) as Segment[];

const firstOf = (life: Life): Instant => Math.min(...Object.values(life).flat());

/** The instants in a stretch at which somebody may come in or go out. */
function momentsOf(life: Life, { length, from, until }: Stretch): Instant[] {
  const moments = [
    ...life['Order Completed'].flatMap((at) => [at, at + length]),
    ...life['Product Viewed'].flatMap((at) => [at, at + LOOKING]),
  ];
  return [...new Set(moments)].filter((at) => at > from && at <= until);
}

/** Entries and exits as `user campaign instant`, and exits by edits as `user segment instant`. */
function expected(stretches: readonly Stretch[]): { told: string[]; edited: string[] } {
  const [told, edited]: [string[], string[]] = [[], []];
  for (const [user, life] of lives)
    for (const segment of segments)
      for (const [index, stretch] of stretches.entries()) {
        const isIn = (at: Instant, { length } = stretch) => definitions[segment](life, length, at);
        for (const at of momentsOf(life, stretch))
          if (isIn(at) !== isIn(at - 1))
            told.push(`${user} ${segment} ${isIn(at) ? 'entered' : 'left'} ${at}`);
        const next = stretches[index + 1];
        const { until } = stretch;
        if (next && isIn(until) && !isIn(until, next)) edited.push(`${user} ${segment} ${until}`);
      }
  return { told: told.sort(), edited: edited.sort() };
}

/** Who came in by a swap that was to start campaigns, as `user campaign version`: those who stayed for long, and those who soon left. */
function broughtIn(stretches: readonly Stretch[]): { stayed: string[]; left: Set<string> } {
  const [stayed, gone]: [string[], Set<string>] = [[], new Set()];
  for (const [index, stretch] of stretches.entries())
    for (const [place, version] of stretch.starts.entries())
      for (const [user, life] of lives) {
        const isIn = (at: Instant, { length } = stretch) => definitions[segments[place]!](life, length, at);
        if (!isIn(stretch.from) || isIn(stretch.from, stretches[index - 1])) continue;
        const one = `${user} ${segments[place]} entered ${version}`;
        if (momentsOf(life, stretch).every((at) => isIn(at))) stayed.push(one);
        else gone.add(one);
      }
  return { stayed: stayed.sort(), left: gone };
}

it('has each entry and exit told by the version of its instant, and by that alone', async () => {
  const stretches: Stretch[] = [];
  let length = 60 * MINUTE;
  const firsts = [
    ...(await publishRule('recent', { event: 'Order Completed', within: 'PT60M' })),
    ...(await publishRule('calm', { not: { segment: 'recent' } })),
  ];
  const looking = { event: 'Product Viewed', within: `PT${LOOKING / MINUTE}M` };
  firsts.push(...(await publishRule('idle', { all: [looking, { not: { segment: 'recent' } }] })));
  /** What each version means. */
  const meanings = new Map<number, { segment: Segment; length: number }>();
  const note = (versions: readonly number[]) => {
    for (const [place, id] of versions.entries()) meanings.set(id, { segment: segments[place]!, length });
  };
  note(firsts);
  await world.passTo(start);
  await world.build();
  let [from, version] = [start - 1, firsts[0]!];
  let starts: readonly number[] = [];
  for (let edit = 0; edit < edits; edit += 1) {
    await live();
    const next = random.pick([10, 30, 45, 60, 90].filter((minutes) => minutes * MINUTE !== length)) * MINUTE;
    const isToStart = random.chance(0.5);
    const json = { event: 'Order Completed', within: `PT${next / MINUTE}M` };
    const versions = await publishRule('recent', json, isToStart);
    version = versions[0]!;
    const until = await build(version);
    stretches.push({ length, starts, from, until });
    [length, from, starts] = [next, until, isToStart ? versions : []];
    note(versions);
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
  const recent = [...lives].filter(([, life]) => definitions.recent(life, length, now)).map(([user]) => user);
  const members = await database.query<{ user: string }>(
    `SELECT replace(key, 'user:', '') AS user FROM membership JOIN identity USING (contact_id) WHERE version_id = $1`,
    [version],
  );
  expect(members.map(({ user }) => user).sort()).toEqual(recent.sort());
  const all = await database.query<{ user: string; version: number; entered: boolean; at: Date }>(
    `SELECT replace(key, 'user:', '') AS user, version_id AS version, entered, effective_at AS at
     FROM membership_change JOIN identity USING (contact_id) WHERE version_id = ANY($1) AND cause->>'kind' <> 'edit'`,
    [[...meanings.keys()]],
  );
  const untrue = all.filter(({ user, version: of, entered, at }) => {
    const { segment, length: own } = meanings.get(of)!;
    return definitions[segment](lives.get(user)!, own, at.getTime()) !== entered;
  });
  expect(untrue).toEqual([]);
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
