import type { Fact } from '@entente/event';
import { DAY, HOUR, MINUTE } from '@entente/kernel';
import { parseRule, type Rule } from '@entente/segment';
import {
  buildJobId,
  cancelBuild,
  deleteSegment,
  findJob,
  publish,
  publishSegment,
  type Database,
} from '@entente/storage';
import { buildSegments } from '../../apps/engine/jobs/build-segments';
import { forgetDeleted } from '../../apps/engine/jobs/forget-deleted';
import { Author } from '../support/author';
import { driftOfContacts } from '../support/contact-drift';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

const start = Date.UTC(2026, 0, 5, 9);
/** More than one chunk of a builder that is not alone. */
const people = 1_100;

let held: TestDatabase;
let database: Database;
let world: EngineWorld;
let author: Author;
let shop: number;
let count = 0;

const order = (user: number): Fact => ({
  v: 1,
  type: 'track',
  name: 'Order Completed',
  source: shop,
  messageId: `m${(count += 1)}`,
  timestamp: world.clock.now(),
  userId: String(user),
});
const twice = { event: 'Order Completed', within: 'P30D', count: { eq: 2 } };

/** Everybody has ordered once. */
beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
  world = new EngineWorld(database, start);
  author = new Author(database);
  shop = await author.source('shop', true);
  await world.passTo(start);
  for (let user = 1; user <= people; user++) await world.arrive(order(user));
  await world.readAll();
  await world.passTo(start + MINUTE);
});
afterEach(() => held.close());

const job = async (version: number) => (await findJob(database, buildJobId(version)))!;
/** The user whose contact has this number. */
async function userOf(contact: number): Promise<number> {
  const [row] = await database.query<{ key: string }>('SELECT key FROM identity WHERE contact_id = $1', [
    contact,
  ]);
  return Number(row!.key.replace('user:', ''));
}

const members = async (version: number) =>
  (
    await database.query<{ id: string }>('SELECT contact_id AS id FROM membership WHERE version_id = $1', [
      version,
    ])
  )
    .map(({ id }) => Number(id))
    .sort((a, b) => a - b);

/** What is logged of a user in a version. */
const historyOf = (user: number, version: number) =>
  database.query(
    `SELECT entered, effective_at AS at, cause->>'kind' AS cause
     FROM membership_change JOIN identity USING (contact_id) WHERE key = $1 AND version_id = $2 ORDER BY id`,
    [`user:${user}`, version],
  );

it('goes on after a kill from where it was, with its progress told, and looks at nobody twice', async () => {
  const buyers = await author.segment('buyers', { event: 'Order Completed' });
  expect(await job(buyers)).toMatchObject({ status: 'waiting', done: 0, startedAt: null });
  await buildSegments(world.engine);
  const half = await job(buyers);
  expect(half).toMatchObject({
    status: 'running',
    counts: { contacts: 1_000, members: 1_000 },
    endedAt: null,
  });
  expect(half.done).toBeCloseTo(1_000 / people, 1);
  expect(half.startedAt).not.toBeNull();
  world.restart();
  await world.build();
  expect(await job(buyers)).toMatchObject({
    status: 'done',
    done: 1,
    counts: { contacts: people, members: people },
    startedAt: half.startedAt,
  });
  const [log] = await database.query(
    `SELECT count(*)::int AS entries, count(DISTINCT contact_id)::int AS people, bool_and(entered) AS entered
     FROM membership_change WHERE version_id = $1`,
    [buyers],
  );
  expect(log).toEqual({ entries: people, people, entered: true });
  const [row] = await database.query<{ took: number }>(
    'SELECT build_ms AS took FROM segment_version WHERE id = $1',
    [buyers],
  );
  expect(row!.took).toBeGreaterThan(0);
});

it('counts nobody twice when another version joins what is built', async () => {
  const buyers = await author.segment('buyers', { event: 'Order Completed' });
  await buildSegments(world.engine);
  expect((await job(buyers)).counts).toEqual({ contacts: 1_000, members: 1_000 });
  const others = await author.segment('others', { event: 'Order Completed', within: 'P30D' });
  await world.build();
  for (const version of [buyers, others])
    expect((await job(version)).counts).toEqual({ contacts: people, members: people });
});

it('leaves the rest of a large chunk for later when something else is to be done', async () => {
  const all = 6_000;
  for (let user = people + 1; user <= all; user++) await world.arrive(order(user));
  await world.readAll();
  await world.build();
  const buyers = await author.segment('buyers', { event: 'Order Completed' });
  const building = buildSegments(world.engine);
  while ((await members(buyers)).length === 0);
  world.engine.bustle.note(MINUTE);
  await building;
  const { counts } = await job(buyers);
  expect(counts.contacts).toBeGreaterThan(0);
  expect(counts.contacts).toBeLessThan(all);
  expect(counts.members).toBe(counts.contacts);
  world.restart();
  await world.build();
  expect(await job(buyers)).toMatchObject({ status: 'done', counts: { contacts: all, members: all } });
}, 60_000);

it('neither loses nor counts twice what arrives meanwhile, for whom it has come to and whom it has not', async () => {
  const version = await author.segment('twice', twice);
  const users = new Map<number, number>();
  for (const contact of [1, 2, 3, people - 1, people]) users.set(contact, await userOf(contact));
  const orderBy = (contact: number): Fact => order(users.get(contact)!);
  await buildSegments(world.engine);
  await world.arrive(orderBy(1), orderBy(people));
  await world.readAll();
  await buildSegments(world.engine);
  world.restart();
  await world.arrive(orderBy(2), orderBy(people - 1), orderBy(people - 1));
  await world.readAll();
  await world.build();
  expect(await members(version)).toEqual([1, 2, people]);
  await world.arrive(orderBy(2), orderBy(3));
  await world.readAll();
  expect(await members(version)).toEqual([1, 3, people]);
  expect((await job(version)).status).toBe('done');
});

it.each([
  ['rare events tell', { event: 'Order Completed' }],
  ['everybody is evaluated for', { any: [{ event: 'Order Completed' }, { sample: 'a', percent: 1 }] }],
])('is of no time before it was written, however long nothing came in: %s', async (_, rule) => {
  world.clock.moveTo(start + HOUR);
  const version = await author.segment('buyers', rule);
  expect(await buildSegments(world.engine)).toBe(true);
  expect(await members(version)).toEqual([]);
  while (await buildSegments(world.engine)) await world.readAll();
  expect(await members(version)).toHaveLength(people);
  const [since] = await database.query<{ first: Date; last: Date }>(
    'SELECT min(since) AS first, max(since) AS last FROM membership WHERE version_id = $1',
    [version],
  );
  // How long ago it was written is told by the server, whose clock has gone on.
  expect(since!.first.getTime()).toBeGreaterThan(start + HOUR - 5_000);
  expect(since!.last.getTime()).toBeLessThan(start + HOUR);
});

it('is of no time before for whom an event comes before the builder', async () => {
  await world.passTo(start + HOUR);
  const quiet = await author.segment('quiet', { not: { event: 'Order Completed', within: 'PT10M' } });
  await world.arrive(order(1));
  await world.readAll();
  const [built, left] = await historyOf(1, quiet);
  expect([built, left]).toMatchObject([
    { entered: true, cause: 'build' },
    { entered: false, cause: 'event' },
  ]);
  expect((built as { at: Date }).at.getTime()).toBeGreaterThan(start + HOUR - 5_000);
});

it('has begun when it is done, also where nobody differs', async () => {
  const nobodys = await author.segment('nobodys', { event: 'Never Heard Of' });
  await world.build();
  const done = await job(nobodys);
  expect(done.status).toBe('done');
  expect(done.startedAt).not.toBeNull();
});

it('is not swapped in once it was canceled, and leaves the live version as it was', async () => {
  const live = await author.segment('buyers', { event: 'Order Completed' });
  await world.build();
  const edit = await author.segment('buyers', { event: 'Order Completed', within: 'P30D' });
  world.engine.bustle.note(MINUTE);
  await buildSegments(world.engine);
  await database.transaction(async (tx) => {
    await publish(tx);
    await cancelBuild(tx, edit);
  });
  await world.build();
  expect(await job(edit)).toMatchObject({ status: 'canceled', counts: { contacts: 1_000 } });
  expect(await members(live)).toHaveLength(people);
  expect(await members(edit)).toEqual([]);
  const statuses = await database.query('SELECT id, status FROM segment_version ORDER BY id');
  expect(statuses).toEqual([
    { id: live, status: 'live' },
    { id: edit, status: 'retired' },
  ]);
});

const publishRule = (key: string, json: object, enterOnSwap = false): Promise<number[]> =>
  database.transaction(async (tx) => {
    await publish(tx);
    const { rule } = parseRule(json) as { rule: Rule };
    return publishSegment(tx, { key, name: key, rule, events: false, enterOnSwap });
  });

const giveUp = (version: number): Promise<boolean> =>
  database.transaction(async (tx) => {
    await publish(tx);
    return cancelBuild(tx, version);
  });

it('goes on with what is under way, however often something else is written', async () => {
  const [first] = await publishRule('buyers', { event: 'Order Completed' });
  const isLive = async () =>
    (await database.query(`SELECT FROM segment_version WHERE id = $1 AND status = 'live'`, [first])).length >
    0;
  const others: number[] = [];
  while (!(await isLive())) {
    expect(others.length).toBeLessThan(2 + people / 1_000 + 1);
    world.engine.bustle.note(MINUTE);
    await buildSegments(world.engine);
    others.push(
      ...(await publishRule(`other-${others.length}`, { event: 'Order Completed', count: { gte: 1 } })),
    );
    await world.passTo(world.clock.now() + 10);
  }
  expect(await members(first!)).toHaveLength(people);
  await world.build();
  for (const other of others) expect(await members(other)).toHaveLength(people);
});

it('leaves nothing of a segment that is deleted while it is built, and ends what is built with it', async () => {
  const [buyers] = await publishRule('buyers', { event: 'Order Completed' });
  const [others] = await publishRule('others', { event: 'Order Completed', within: 'P30D' });
  world.engine.bustle.note(MINUTE);
  await buildSegments(world.engine);
  expect(await members(buyers!)).not.toEqual([]);
  await database.transaction(async (tx) => {
    await publish(tx);
    await deleteSegment(tx, 'buyers');
  });
  await world.build();
  while (await forgetDeleted(world.engine));
  await world.arrive(order(1));
  await world.readAll();
  expect(await members(buyers!)).toEqual([]);
  expect(await members(others!)).toHaveLength(people);
  expect(world.reports).toEqual([]);
});

it('gives up with a version what is built for it, or builds that anew', async () => {
  await publishRule('buyers', { event: 'Returned' });
  await publishRule('loyal', { segment: 'buyers' });
  await publishRule('others', { not: { segment: 'buyers' } });
  await world.build();
  await publishRule('others', { any: [{ segment: 'buyers' }, { event: 'Order Completed' }] });
  const [edit] = await publishRule('buyers', { event: 'Order Completed' });
  world.engine.bustle.note(MINUTE);
  await buildSegments(world.engine);
  expect(await giveUp(edit!)).toBe(true);
  expect(await giveUp(edit!)).toBe(false);
  await world.build();
  const versions = await database.query(
    `SELECT segment_key AS key, version, rule, (SELECT count(*)::int FROM membership WHERE version_id = v.id) AS members
     FROM segment_version v WHERE status = 'live' ORDER BY 1`,
  );
  expect(versions).toMatchObject([
    { key: 'buyers', version: 1, members: 0 },
    { key: 'loyal', version: 1, members: 0 },
    { key: 'others', members: people },
  ]);
  expect(await database.query(`SELECT FROM segment_version WHERE status = 'building'`)).toEqual([]);
});

it('builds for the one what was built for two, when the other is given up', async () => {
  await publishRule('buyers', { event: 'Returned' });
  await publishRule('loyal', { event: 'Returned' });
  await publishRule('best', { any: [{ segment: 'buyers' }, { segment: 'loyal' }] });
  await world.build();
  const [edit] = await publishRule('buyers', { event: 'Order Completed' });
  await publishRule('loyal', { event: 'Order Completed', within: 'P30D' });
  await giveUp(edit!);
  await world.build();
  const live = await database.query(
    `SELECT segment_key AS key, (SELECT count(*)::int FROM membership WHERE version_id = v.id) AS members
     FROM segment_version v WHERE status = 'live' ORDER BY 1`,
  );
  expect(live).toEqual([
    { key: 'best', members: people },
    { key: 'buyers', members: 0 },
    { key: 'loyal', members: people },
  ]);
});

it('builds a segment anew by its live rule, when its edit is given up and what that names is built', async () => {
  await publishRule('buyers', { event: 'Returned' });
  await publishRule('loyal', { segment: 'buyers' });
  await world.build();
  const [edit] = await publishRule('loyal', { event: 'Returned', within: 'P30D' });
  await publishRule('buyers', { event: 'Order Completed' });
  await giveUp(edit!);
  await world.build();
  const [loyal] = await database.query(
    `SELECT (SELECT count(*)::int FROM membership WHERE version_id = v.id) AS members
     FROM segment_version v WHERE segment_key = 'loyal' AND status = 'live'`,
  );
  expect(loyal).toEqual({ members: people });
});

it('gives up no build by the live rule, which is for what it names', async () => {
  await publishRule('buyers', { event: 'Returned' });
  await publishRule('loyal', { segment: 'buyers' });
  await world.build();
  const [, loyal] = await publishRule('buyers', { event: 'Order Completed' });
  await expect(giveUp(loyal!)).rejects.toThrow('Cancel the edit of that one');
  await world.build();
  expect(await members(loyal!)).toHaveLength(people);
});

it('starts for the segments that name one what its last edit asks for, and what theirs did', async () => {
  const startedBy = async () =>
    Object.fromEntries(
      (
        await database.query<{ key: string; by: string[] }>(
          `SELECT segment_key AS key, started_by AS by FROM segment_version WHERE status = 'building'`,
        )
      ).map(({ key, by }) => [key, by]),
    );
  await publishRule('buyers', { event: 'Returned' });
  await publishRule('others', { not: { segment: 'buyers' } });
  await world.build();
  const ordered = (days: number) => ({ event: 'Order Completed', within: `P${days}D` });
  await publishRule('buyers', ordered(1), true);
  expect(await startedBy()).toEqual({ buyers: ['buyers'], others: ['buyers'] });
  await publishRule('buyers', ordered(2));
  expect(await startedBy()).toEqual({ buyers: [], others: [] });
  await publishRule('others', { all: [{ not: { segment: 'buyers' } }, ordered(3)] }, true);
  const [edit] = await publishRule('buyers', ordered(4), true);
  expect(await startedBy()).toEqual({ buyers: ['buyers'], others: ['others', 'buyers'] });
  await giveUp(edit!);
  expect(await startedBy()).toEqual({ others: ['others'] });
  await publishRule('buyers', ordered(5), true);
  await publishRule('others', ordered(6));
  expect(await startedBy()).toEqual({ buyers: ['buyers'], others: [] });
});

it('takes a version that was replaced out of the row of a contact that does something', async () => {
  await author.segment('buyers', { event: 'Order Completed' });
  await world.build();
  const edit = await author.segment('buyers', { event: 'Order Completed', within: 'P30D' });
  await world.build();
  await world.arrive(order(1));
  await world.readAll();
  const [row] = await database.query(
    `SELECT members FROM contact JOIN identity ON contact_id = id WHERE key = 'user:1'`,
  );
  expect(row).toEqual({ members: [edit] });
});

it('logs that those have left whom an edit leaves out', async () => {
  await world.arrive(order(1), order(2), order(3));
  await world.passTo(start + 2 * MINUTE);
  const all = await author.segment('buyers', { event: 'Order Completed' });
  await world.build();
  const few = await author.segment('buyers', twice);
  await world.build();
  const [swap] = await database.query<{ at: Date }>(
    'SELECT live_at AS at FROM segment_version WHERE id = $1',
    [few],
  );
  const at = swap!.at.getTime();
  world.clock.moveTo(at + 1);
  await world.arrive(order(3));
  await world.readAll();
  await world.build();
  expect(await members(all)).toEqual([]);
  const left = { entered: false, at: new Date(at), cause: 'edit' };
  expect(await historyOf(1, all)).toMatchObject([{ entered: true }]);
  expect(await historyOf(3, all)).toMatchObject([{ entered: true }]);
  expect(await historyOf(4, all)).toEqual([expect.objectContaining({ entered: true }), left]);
  expect(await historyOf(3, few)).toMatchObject([{ entered: true }, { entered: false, cause: 'event' }]);
  const [logged] = await database.query(
    `SELECT count(*)::int AS edited FROM membership_change WHERE cause->>'kind' = 'edit'`,
  );
  expect(logged).toEqual({ edited: people - 3 });
});

describe('of what an index of events tells everything', () => {
  const generationOf = async (user: number) => {
    const [row] = await database.query<{ generation: string }>(
      `SELECT generation FROM contact JOIN identity ON contact_id = id WHERE key = $1`,
      [`user:${user}`],
    );
    return Number(row!.generation);
  };
  const often = { event: 'Order Completed', within: 'P30D', count: { gte: 2 } };
  /** When everybody ordered first. */
  const first = start + 1;

  it('leaves states to what comes next, be it time or another event', async () => {
    const second = world.clock.now();
    await world.arrive(order(1), order(2));
    await world.passTo(start + 2 * MINUTE);
    const generation = await generationOf(1);
    const version = await author.segment('often', often);
    const again = await author.segment('again', { not: often });
    await world.build();
    expect(await database.query(driftOfContacts)).toEqual([]);
    const built = { at: new Date(start + 2 * MINUTE), cause: 'build' };
    for (const user of [1, 2, 3]) {
      expect(await generationOf(user)).toBe(generation);
      expect(await historyOf(user, user === 3 ? again : version)).toEqual([{ entered: true, ...built }]);
      expect(await historyOf(user, user === 3 ? version : again)).toEqual([]);
    }
    await world.arrive(order(2), order(3));
    await world.passTo(start + 3 * MINUTE);
    expect(await generationOf(2)).toBeGreaterThan(generation);
    expect(await historyOf(3, version)).toMatchObject([{ entered: true, cause: 'event' }]);
    await world.passTo(start + 31 * DAY);
    const leaves = (at: number) => ({ entered: false, at: new Date(at + 30 * DAY), cause: 'time' });
    expect(await historyOf(1, version)).toEqual([{ entered: true, ...built }, leaves(first)]);
    expect(await historyOf(2, version)).toEqual([{ entered: true, ...built }, leaves(second)]);
    expect((await historyOf(3, version)).at(-1)).toEqual(leaves(first));
    expect((await historyOf(1, again)).at(-1)).toMatchObject({ entered: true, at: leaves(first).at });
    expect(await database.query(driftOfContacts)).toEqual([]);
  });

  it('goes by the zone of each contact', async () => {
    const zoned = (user: number, timezone: string): Fact => ({
      ...order(user),
      type: 'identify',
      name: 'Identified',
      traits: { timezone },
    });
    await world.arrive(zoned(1, 'Asia/Tokyo'), zoned(2, 'America/Los_Angeles'));
    await world.passTo(start + 2 * MINUTE);
    const generation = await generationOf(1);
    const version = await author.segment('today', { event: 'Order Completed', within: { calendar: 'P0D' } });
    await world.build();
    expect(await generationOf(1)).toBe(generation);
    const days = [
      { user: 1, ends: new Date(Date.UTC(2026, 0, 5, 15)) },
      { user: 2, ends: new Date(Date.UTC(2026, 0, 6, 8)) },
      { user: 3, ends: new Date(Date.UTC(2026, 0, 6)) },
    ];
    for (const { user, ends } of days) {
      const due = `SELECT due FROM contact JOIN identity ON contact_id = id WHERE key = $1`;
      expect(await database.query(due, [`user:${user}`])).toEqual([{ due: ends }]);
    }
    await world.passTo(start + 2 * DAY);
    for (const { user, ends } of days)
      expect((await historyOf(user, version)).at(-1)).toMatchObject({ entered: false, at: ends });
  });

  it('leaves whom a batch has kept meanwhile as the batch left them', async () => {
    for (let user = 1; user <= people; user += 1) await world.arrive(order(user));
    await world.passTo(start + 2 * MINUTE);
    const version = await author.segment('twice', twice);
    world.engine.bustle.note(MINUTE);
    await buildSegments(world.engine);
    expect(await members(version)).toHaveLength(1_000);
    const last = await userOf(people);
    await world.arrive(order(last));
    await world.passTo(start + 3 * MINUTE);
    await world.build();
    expect(await members(version)).toHaveLength(people - 1);
    expect(await historyOf(last, version)).toMatchObject([
      { entered: true, cause: 'build' },
      { entered: false, cause: 'event' },
    ]);
  });

  it('lets enter by time whom time has let in since it was written, however late the builder comes to them', async () => {
    await author.mailNeeds('news', 'shop', 'hello');
    const quiet = await author.segment('quiet', { not: { event: 'Order Completed', within: 'PT10M' } });
    const greeting = { topic: 'news', from: 'shop', steps: [{ id: 'hello', send: 'hello' }] };
    await author.campaign('greeting', { ...greeting, triggers: [{ segment: 'quiet' }] }, world.clock.now());
    world.engine.bustle.note(MINUTE);
    await buildSegments(world.engine);
    await world.passTo(start + 12 * MINUTE);
    world.restart();
    await database.run(
      `UPDATE segment_version SET created_at = clock_timestamp() - interval '11 minutes' WHERE id = $1`,
      [quiet],
    );
    await world.build();
    const entries = await database.query(
      `SELECT entered, effective_at AS at, cause->>'kind' AS cause, count(*)::int FROM membership_change WHERE version_id = $1 GROUP BY 1, 2, 3`,
      [quiet],
    );
    expect(entries).toEqual([
      { entered: true, at: new Date(first + 10 * MINUTE), cause: 'time', count: people },
    ]);
    expect(await database.query('SELECT count(*)::int FROM enrollment')).toEqual([{ count: people }]);
  });

  it('lets happen first what is due before', async () => {
    const lately = await author.segment('lately', { event: 'Order Completed', within: 'PT1H' });
    await world.build();
    world.clock.moveTo(start + 2 * HOUR);
    for (const partition of [0, 1]) await world.log.heartbeat(partition);
    await world.readAll();
    const generation = await generationOf(1);
    const version = await author.segment('lately-again', { event: 'Order Completed', within: 'P1D' });
    await world.build();
    expect(await historyOf(1, lately)).toMatchObject([
      { entered: true },
      { entered: false, at: new Date(first + HOUR) },
    ]);
    expect(await historyOf(1, version)).toMatchObject([{ entered: true, cause: 'build' }]);
    expect(await generationOf(1)).toBeGreaterThan(generation);
  });
});
