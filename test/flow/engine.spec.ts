import { recordOf, type Fact } from '@entente/event';
import { DAY, HOUR, SECOND, toIso, type Instant } from '@entente/kernel';
import { findContact, recordPermission, type Database } from '@entente/storage';
import { recallContacts } from '../../apps/engine/recall-contacts';
import { Author } from '../support/author';
import { driftOfContacts } from '../support/contact-drift';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

const start = Date.UTC(2026, 0, 5, 9);

let held: TestDatabase;
let database: Database;
let world: EngineWorld;
let author: Author;
let web: number;
let server: number;
let count = 0;

beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
  world = new EngineWorld(database, start);
  author = new Author(database);
  web = await author.source('web', false);
  server = await author.source('server', true, 50);
});

afterEach(async () => {
  const drift = await database.query(driftOfContacts);
  await held.close();
  expect(drift).toEqual([]);
});

const fact = (fields: Partial<Fact>): Fact => ({
  v: 1,
  type: 'track',
  source: server,
  messageId: `m${(count += 1)}`,
  timestamp: world.clock.now(),
  ...fields,
});

const bought = (userId: string, fields: Partial<Fact> = {}): Fact =>
  fact({ userId, name: 'Order Completed', properties: { total: 60 }, ...fields });

/** A campaign that greets whoever enters the segment of buyers. */
const welcomeBuyers = (key = 'welcome', liveAt = start) =>
  author.campaign(
    key,
    {
      topic: 'news',
      from: 'shop',
      triggers: [{ segment: 'buyers' }],
      steps: [{ id: 'hello', send: 'hello' }],
    },
    liveAt,
  );

const changes = async (version: number) =>
  (
    await database.query<{ entered: boolean; effective_at: Date; cause: { kind: string } }>(
      'SELECT entered, effective_at, cause FROM membership_change WHERE version_id = $1 ORDER BY id',
      [version],
    )
  ).map((row) => [row.entered ? 'in' : 'out', row.effective_at.getTime() - start, row.cause.kind]);

const members = async (version: number) =>
  (
    await database.query<{ contact_id: string }>('SELECT contact_id FROM membership WHERE version_id = $1', [
      version,
    ])
  ).map((row) => row.contact_id);

const messages = () =>
  database.query<{
    contact_id: string;
    step: string;
    status: string;
    reason: string | null;
    created_at: Date;
  }>('SELECT contact_id, step, status, reason, created_at FROM message ORDER BY created_at, contact_id');

const grant = async (key: string, address: string, at: Instant) => {
  const contact = (await findContact(database, key))!;
  return database.transaction((tx) =>
    recordPermission(tx, {
      contact,
      topic: 'news',
      act: 'granted',
      actor: 'api',
      way: 'api',
      basis: 'consent',
      address,
      source: server,
      evidence: { page: 'https://shop.example' },
      at,
    }),
  );
};

describe('the engine', () => {
  it('recalls the contacts that are stored when it starts, and no others', async () => {
    const newest = 2_500;
    await database.run(
      `INSERT INTO identity (key, contact_id) SELECT 'user:' || n, n FROM generate_series(1, $1::int) AS n`,
      [newest],
    );
    await database.run(
      `INSERT INTO contact (id, created_at, clock) SELECT n, now(), now() FROM generate_series(1, $1::int - 1) AS n`,
      [newest],
    );
    await recallContacts(world.engine);
    const { known } = world.engine;
    expect([1, newest / 2, newest - 1, newest].map((n) => known.get(`user:${n}`))).toEqual([
      '1',
      '1250',
      '2499',
      undefined,
    ]);
    world.restart();
    await recallContacts(world.engine, AbortSignal.abort());
    expect(world.engine.known.get('user:2499')).toBeUndefined();
  });

  it('takes no track event for an identify call, whatever its name', async () => {
    const moved = await author.segment('moved', { trait: 'plan', changedWithin: 'PT1H' });
    await world.passTo(start);
    await world.work();
    const identify = (plan: string) => fact({ type: 'identify', userId: '1', traits: { plan } });
    const forged = (plan: string) =>
      fact({ source: web, userId: '1', name: 'Identified', properties: { plan } });
    await world.arrive(forged('gold'));
    await world.passTo(start + HOUR);
    expect(await changes(moved)).toEqual([]);
    await world.arrive(identify('free'));
    await world.passTo(start + 3 * HOUR);
    await world.arrive(forged('pro'));
    await world.passTo(start + 5 * HOUR);
    await world.arrive(identify('pro'));
    await world.passTo(start + 5 * HOUR + 1);
    expect((await changes(moved)).map(([change]) => change)).toEqual(['in', 'out', 'in']);
  });

  it('keeps a segment on a trait, and counts in a window that expires at its exact instant', async () => {
    const french = await author.segment('french', { trait: 'country', eq: 'FR' });
    const loyal = await author.segment('loyal', {
      event: 'Order Completed',
      within: 'P1D',
      count: { gte: 2 },
    });
    await world.passTo(start);
    await world.work();
    await world.arrive(fact({ type: 'identify', userId: '1', traits: { country: 'FR' } }), bought('1'));
    await world.passTo(start + HOUR);
    await world.arrive(bought('1'));
    await world.passTo(start + 3 * DAY);
    expect(await members(french)).toHaveLength(1);
    expect(await changes(french)).toEqual([['in', 1, 'event']]);
    expect(await changes(loyal)).toEqual([
      ['in', HOUR + 1, 'event'],
      ['out', DAY + 1, 'time'],
    ]);
  });

  it('knows when time moves a date that somebody gets who is known already', async () => {
    const due = await author.segment('due', { trait: 'due', withinLast: 'PT1H' });
    await world.passTo(start);
    await world.work();
    await world.arrive(bought('1'));
    await world.passTo(start + HOUR);
    const traits = { due: toIso(start + 3 * HOUR) };
    await world.arrive(fact({ type: 'identify', userId: '1', traits }));
    await world.passTo(start + DAY);
    expect(await changes(due)).toEqual([
      ['in', 3 * HOUR, 'time'],
      ['out', 4 * HOUR, 'time'],
    ]);
  });

  it('counts a message once, however often it comes', async () => {
    const loyal = await author.segment('loyal', { event: 'Order Completed', count: { gte: 2 } });
    await world.passTo(start);
    await world.work();
    const once = bought('1');
    await world.arrive(once, once);
    await world.readAll();
    await world.arrive(once);
    await world.readAll();
    expect(await members(loyal)).toEqual([]);
    expect(await database.query('SELECT 1 FROM event')).toHaveLength(1);
  });

  it('joins a device to the user of its earliest link, and takes it back when an earlier one turns up', async () => {
    const buyers = await author.segment('buyers', { event: 'Order Completed' });
    await world.passTo(start);
    await world.work();
    await world.arrive(fact({ anonymousId: 'a', name: 'Order Completed', source: web }));
    await world.arrive(
      fact({ type: 'identify', userId: '1', anonymousId: 'a', source: web, timestamp: start - HOUR }),
    );
    await world.readAll();
    const first = await findContact(database, 'user:1');
    expect(await findContact(database, 'anonymous:a')).toBe(first);
    expect(await members(buyers)).toEqual([first]);
    await world.arrive(
      fact({ type: 'identify', userId: '2', anonymousId: 'a', source: web, timestamp: start - DAY }),
    );
    await world.readAll();
    const second = await findContact(database, 'user:2');
    expect(second).not.toBe(first);
    expect(await findContact(database, 'anonymous:a')).toBe(second);
    expect(await members(buyers)).toEqual([second]);
  });

  it('takes a creation for what the event did, also when the event names two keys', async () => {
    const idle = await author.segment('idle', { not: { event: 'Order Completed' } });
    await world.passTo(start);
    await world.work();
    await world.arrive(fact({ userId: '1', anonymousId: 'a', name: 'Seen' }));
    await world.readAll();
    expect(await changes(idle)).toEqual([['in', 1, 'event']]);
  });

  it('forgets the timer of somebody who became part of another person', async () => {
    await author.segment('recent', { event: 'Order Completed', within: 'P1D' });
    await world.passTo(start);
    await world.work();
    await world.arrive(fact({ anonymousId: 'a', name: 'Order Completed', source: web }));
    await world.passTo(start + HOUR);
    await world.arrive(fact({ type: 'identify', userId: '1', anonymousId: 'a', source: web }));
    await world.passTo(start + 2 * DAY);
    expect(await database.query('SELECT 1 FROM timer')).toEqual([]);
  });

  it('takes away a timer that its contact knows nothing of', async () => {
    await author.segment('recent', { event: 'Order Completed', within: 'P1D' });
    await world.passTo(start);
    await world.work();
    await world.arrive(bought('1'));
    await world.readAll();
    await database.run('INSERT INTO timer SELECT contact_id, bucket, due - $1::interval FROM timer', ['1h']);
    await world.passTo(start + DAY - 1);
    expect(await database.query('SELECT due FROM timer')).toEqual([{ due: new Date(start + DAY + 1) }]);
  });

  it('keeps two apart that an operator told apart, until told otherwise', async () => {
    const buyers = await author.segment('buyers', { event: 'Order Completed' });
    await world.passTo(start);
    await world.work();
    const shared = { email: 'family@example.com' };
    await world.arrive(fact({ type: 'identify', userId: '1', traits: shared }));
    await world.arrive(fact({ contact: ['crm:7', 'email:family@example.com'], name: 'Order Completed' }));
    await world.readAll();
    const [one, other] = ['user:1', 'crm:7'];
    expect(await members(buyers)).toEqual([await findContact(database, one)]);
    const told = (apart: boolean): Fact => fact({ type: 'alias', contact: [other, one], apart });
    await world.passTo(start + HOUR);
    await world.arrive(told(true));
    await world.readAll();
    expect(await members(buyers)).toEqual([await findContact(database, other)]);
    await world.passTo(start + 2 * HOUR);
    await world.arrive(told(false));
    await world.readAll();
    expect(await findContact(database, other)).toBe(await findContact(database, one));
  });

  it('builds a segment over the past, and starts nothing by that', async () => {
    await author.mailNeeds('news', 'shop', 'hello');
    await world.arrive(bought('1'), bought('2'), fact({ userId: '3', name: 'Seen' }));
    await world.passTo(start + HOUR);
    const buyers = await author.segment('buyers', { event: 'Order Completed' });
    await welcomeBuyers();
    await world.work();
    expect(await members(buyers)).toHaveLength(2);
    expect(await messages()).toEqual([]);
    await world.arrive(bought('3'));
    await world.readAll();
    expect(await messages()).toHaveLength(1);
  });

  it('starts campaigns for whom an edit brings in, when its author asks for that', async () => {
    await author.mailNeeds('news', 'shop', 'hello');
    await author.segment('buyers', { event: 'Order Completed', count: { gte: 2 } });
    await world.arrive(bought('1'), bought('1'), bought('2'), fact({ userId: '3', name: 'Seen' }));
    await world.passTo(start + HOUR);
    await world.work();
    await welcomeBuyers();
    const edited = await author.segment('buyers', { event: 'Order Completed' });
    await database.run(`UPDATE segment_version SET started_by = '{buyers}' WHERE id = $1`, [edited]);
    await world.work();
    expect(await members(edited)).toHaveLength(2);
    expect((await messages()).map((one) => one.contact_id)).toEqual([await findContact(database, 'user:2')]);
    expect(await database.query('SELECT DISTINCT version_id FROM membership')).toEqual([
      { version_id: edited },
    ]);
    await world.arrive(bought('1'));
    await world.readAll();
    const user = await findContact(database, 'user:1');
    expect(await database.query('SELECT members FROM contact WHERE id = $1', [user])).toEqual([
      { members: [edited] },
    ]);
  });

  it('starts those that went live before the swap, be it while nothing comes in, and none that did later', async () => {
    await author.mailNeeds('news', 'shop', 'hello');
    await world.arrive(bought('1'));
    await world.passTo(start + HOUR);
    world.clock.moveTo(start + 2 * HOUR);
    const buyers = await author.segment('buyers', { event: 'Order Completed' });
    await database.run(`UPDATE segment_version SET started_by = '{buyers}' WHERE id = $1`, [buyers]);
    await welcomeBuyers('welcome', start + 2 * HOUR - 1);
    await welcomeBuyers('later', start + 3 * HOUR);
    await world.build();
    expect(await database.query('SELECT campaign_key AS key, entered_at AS at FROM enrollment')).toEqual([
      { key: 'welcome', at: new Date(start + 2 * HOUR) },
    ]);
    expect(await messages()).toHaveLength(1);
  });

  it('starts them for whom an event or time brings into an edit that is being built, too', async () => {
    await author.mailNeeds('news', 'shop', 'hello');
    await author.segment('buyers', { event: 'Nothing' });
    await world.arrive(bought('1'), fact({ userId: '2', name: 'Seen' }));
    await world.passTo(start + HOUR);
    await world.work();
    await welcomeBuyers();
    const edited = await author.segment('buyers', { event: 'Order Completed' });
    await database.run(`UPDATE segment_version SET started_by = '{buyers}' WHERE id = $1`, [edited]);
    await world.arrive(bought('2'));
    await world.readAll();
    expect(await messages()).toEqual([]);
    await world.work();
    expect(await messages()).toHaveLength(2);
    await world.work();
    expect(await messages()).toHaveLength(2);
  });

  it('starts nobody twice who entered a first version while it was built', async () => {
    await author.mailNeeds('news', 'shop', 'hello');
    await world.arrive(bought('1'), fact({ userId: '2', name: 'Seen' }), fact({ userId: '3', name: 'Seen' }));
    await world.passTo(start + HOUR);
    const buyers = await author.segment('buyers', { event: 'Order Completed' });
    await database.run(`UPDATE segment_version SET started_by = '{buyers}' WHERE id = $1`, [buyers]);
    await world.arrive(bought('3'));
    await world.readAll();
    await world.passTo(start + 2 * HOUR);
    await welcomeBuyers('welcome', start + HOUR + SECOND);
    await world.arrive(bought('2'));
    await world.readAll();
    expect(await messages()).toHaveLength(1);
    await world.work();
    const enrolled = await database.query(
      `SELECT key, count(*)::int FROM enrollment JOIN identity USING (contact_id) GROUP BY 1 ORDER BY 1`,
    );
    expect(enrolled).toEqual(['1', '2', '3'].map((user) => ({ key: `user:${user}`, count: 1 })));
  });

  it('counts what happened while a segment asked for something else', async () => {
    const twice = { event: 'Order Completed', count: { gte: 2 } };
    await author.segment('buyers', twice);
    await world.passTo(start);
    await world.work();
    await world.arrive(bought('1'));
    await world.passTo(start + HOUR);
    await author.segment('buyers', { trait: 'country', eq: 'FR' });
    await world.work();
    await world.arrive(bought('1'));
    await world.passTo(start + 2 * HOUR);
    const again = await author.segment('buyers', twice);
    await world.work();
    expect(await members(again)).toHaveLength(1);
  });

  it('takes for an entry what an event does while a new segment is built, and for none what was so before', async () => {
    await author.mailNeeds('news', 'shop', 'hello');
    await world.arrive(bought('1'), fact({ userId: '2', name: 'Seen' }));
    await world.passTo(start + HOUR);
    await author.segment('buyers', { event: 'Order Completed' });
    await welcomeBuyers();
    await world.arrive(bought('1'), bought('2'));
    await world.readAll();
    await world.work();
    expect((await messages()).map((one) => one.contact_id)).toEqual([await findContact(database, 'user:2')]);
  });

  it('leaves out planned instants that were missed for longer than the age limit', async () => {
    await author.mailNeeds('news', 'shop', 'news');
    await author.segment('buyers', { event: 'Order Completed' });
    await world.arrive(bought('1'));
    await world.passTo(start + SECOND);
    await world.work();
    const schedule = { cron: '0 12 * * *', zone: 'UTC' };
    await author.campaign(
      'daily',
      {
        topic: 'news',
        from: 'shop',
        triggers: [{ schedule, to: { segment: 'buyers' } }],
        reentry: 'always',
        steps: [{ id: 'news', send: 'news' }],
      },
      start,
      'campaign',
      start + 3 * HOUR,
    );
    await world.passTo(start + 10 * DAY);
    await world.work();
    const runs = await database.query<{ status: string; planned_at: Date }>(
      'SELECT status, planned_at FROM campaign_run ORDER BY planned_at',
    );
    expect(runs.map((run) => [run.status, (run.planned_at.getTime() - start) / HOUR])).toEqual([
      ['canceled', 3],
      ['done', 9 * 24 + 3],
      ['planned', 10 * 24 + 3],
    ]);
    expect(await messages()).toHaveLength(1);
  });

  it('walks a campaign: sends, waits to the instant, branches, sends again', async () => {
    await author.mailNeeds('news', 'shop', 'welcome-1', 'welcome-2');
    await author.segment('buyers', { event: 'Order Completed' });
    await world.passTo(start);
    await world.work();
    await author.campaign(
      'welcome',
      {
        topic: 'news',
        from: 'shop',
        triggers: [{ permission: 'granted', topic: 'news' }],
        steps: [
          { id: 'hello', send: 'welcome-1' },
          { id: 'pause', wait: 'P3D' },
          { id: 'bought', branch: [{ if: { segment: 'buyers' }, then: 'end' }] },
          { id: 'nudge', send: 'welcome-2' },
          { id: 'end', exit: true },
        ],
      },
      start - DAY,
    );
    for (const user of ['1', '2']) {
      await world.arrive(fact({ type: 'identify', userId: user, traits: { email: `u${user}@example.com` } }));
      await world.readAll();
      await grant(`user:${user}`, `u${user}@example.com`, world.clock.now());
    }
    await world.work();
    const entered = world.clock.now();
    await world.arrive(bought('2'));
    await world.passTo(entered + 3 * DAY - 1);
    expect((await messages()).map((one) => one.step)).toEqual(['hello', 'hello']);
    await world.passTo(entered + 3 * DAY);
    const sent = await messages();
    expect(sent.map((one) => [one.step, one.status])).toEqual([
      ['hello', 'waiting'],
      ['hello', 'waiting'],
      ['nudge', 'waiting'],
    ]);
    expect(sent[2]!.created_at.getTime()).toBe(entered + 3 * DAY);
    expect(sent[2]!.contact_id).toBe(await findContact(database, 'user:1'));
    const ended = await database.query<{ status: string }>('SELECT status FROM enrollment ORDER BY status');
    expect(ended.map((row) => row.status)).toEqual(['exited', 'exited']);
  });

  it('enrolls a broadcast for the members of its segment, mailed or not, and closes the run', async () => {
    await author.mailNeeds('news', 'shop', 'news');
    await author.segment('buyers', { event: 'Order Completed' });
    await world.arrive(fact({ type: 'identify', userId: '1', traits: { email: 'u1@example.com' } }));
    await world.arrive(bought('1'), bought('2'));
    await world.passTo(start + SECOND);
    await world.work();
    await grant('user:1', 'u1@example.com', world.clock.now());
    const at = start + HOUR;
    await author.campaign(
      'december',
      { topic: 'news', from: 'shop', audience: { segment: 'buyers' }, template: 'news', at: toIso(at) },
      start,
      'broadcast',
      at,
    );
    await world.passTo(at - 2);
    await world.work();
    expect(await messages()).toEqual([]);
    await world.passTo(at + 1);
    await world.work();
    expect((await messages()).map((one) => [one.status, one.reason])).toEqual([
      ['waiting', null],
      ['not-queued', 'no-address'],
    ]);
    const [run] = await database.query<{ status: string; audience: number }>(
      'SELECT status, audience FROM campaign_run',
    );
    expect(run).toEqual({ status: 'done', audience: 2 });
  });

  it.each([
    ['broadcast', 0],
    ['campaign', 2],
  ] as const)('shows in a run of a %s whom it could not evaluate', async (kind, told) => {
    await author.mailNeeds('news', 'shop', 'news');
    await author.segment('buyers', { event: 'Order Completed' });
    await world.arrive(bought('1'), bought('2'));
    await world.passTo(start + SECOND);
    await world.work();
    await database.run(`UPDATE contact SET repair = 'broken' WHERE id = $1`, [
      await findContact(database, 'user:2'),
    ]);
    const at = start + HOUR;
    const common = { topic: 'news', from: 'shop' };
    const to = { segment: 'buyers' };
    const definitions = {
      broadcast: { ...common, audience: to, template: 'news', at: toIso(at) },
      campaign: {
        ...common,
        triggers: [{ schedule: { at: toIso(at) }, to }],
        steps: [{ id: 'news', send: 'news' }],
      },
    };
    await author.campaign('december', definitions[kind], start, kind, at);
    await world.passTo(at + 1);
    await world.work();
    const reasons = ['evaluation-failed', 'no-address'];
    expect((await messages()).map((one) => one.reason).sort()).toEqual(reasons);
    expect(await database.query('SELECT audience FROM campaign_run')).toEqual([{ audience: 2 }]);
    const events = await database.query<{ reason: string; chain: string[] }>(
      `SELECT properties->>'reason' AS reason, properties->'chain' AS chain FROM event WHERE name = 'Email Withheld'
       ORDER BY 1`,
    );
    expect(events).toEqual(reasons.slice(0, told).map((reason) => ({ reason, chain: ['december'] })));
  });

  it('keeps one of the mails that wait for two contacts who turn out to be one person', async () => {
    await author.mailNeeds('news', 'shop', 'hello');
    await author.campaign(
      'welcome',
      {
        topic: 'news',
        from: 'shop',
        triggers: [{ event: 'Signed Up' }],
        steps: [{ id: 'hello', send: 'hello' }],
      },
      start - DAY,
    );
    for (const key of ['1', '2']) {
      await world.arrive(fact({ type: 'identify', userId: key, traits: { email: 'same@example.com' } }));
      await world.readAll();
      await grant(`user:${key}`, 'same@example.com', world.clock.now());
      await world.arrive(fact({ userId: key, name: 'Signed Up' }));
      await world.readAll();
      await world.passTo(world.clock.now() + HOUR);
    }
    expect((await messages()).map((one) => one.status)).toEqual(['waiting', 'waiting']);
    await world.arrive(fact({ type: 'alias', contact: ['user:1', 'user:2'] }));
    await world.readAll();
    expect((await messages()).map((one) => [one.status, one.reason])).toEqual([
      ['waiting', null],
      ['canceled', 'merged'],
    ]);
  });

  it('sets a record that is no fact aside, and goes on', async () => {
    await world.log.append([{ key: 'user:1', value: '{"v":1,"type":"nonsense"}' }]);
    await world.arrive(bought('1'));
    await world.readAll();
    expect(await database.query('SELECT 1 FROM event')).toHaveLength(1);
    const [aside] = await database.query<{ reason: string }>('SELECT reason FROM set_aside');
    expect(aside!.reason).toMatch(/type/);
    expect(world.reports).toEqual(['a record was set aside']);
  });

  it('sets a record aside whose properties are no JSON, whoever looks at them', async () => {
    const broken = (name: string) => {
      const { key, value } = recordOf(fact({ userId: '1', name, properties: {} }));
      return { key, value: value.replace('{}}', '{"a":]}}') };
    };
    await world.log.append([broken('Order Completed'), broken('Asked By Nobody')]);
    await world.arrive(bought('1'));
    await world.readAll();
    expect(await database.query('SELECT 1 FROM event')).toHaveLength(1);
    expect(await database.query('SELECT 1 FROM set_aside')).toHaveLength(2);
    expect(await database.query('SELECT 1 FROM contact WHERE repair IS NOT NULL')).toEqual([]);
  });

  it('fires no timer before every partition has been read through it', async () => {
    const lapsed = await author.segment('lapsed', {
      all: [{ event: 'Cart Viewed' }, { not: { event: 'Order Completed', within: 'PT1H' } }],
    });
    await world.passTo(start);
    await world.work();
    // Two keys of one person in two partitions.
    await world.arrive(fact({ type: 'identify', userId: '1', anonymousId: 'b', source: web }));
    await world.arrive(bought('1'), fact({ userId: '1', name: 'Cart Viewed' }));
    await world.readAll();
    const user = [...world.log.logs.keys()].find((partition) =>
      world.log.logs[partition]!.some((record) => record.key === 'user:1'),
    )!;
    const other = 1 - user;
    const device = ['c', 'd', 'e', 'f'].find((id) => sumOf(`anonymous:${id}`) % 2 === other)!;
    await world.arrive(fact({ type: 'identify', userId: '1', anonymousId: device, source: web }));
    await world.readAll();
    // An outage: an order through the device half an hour later, a visit two hours later, both still unread.
    world.clock.moveTo(start + HOUR / 2);
    await world.arrive(fact({ anonymousId: device, name: 'Order Completed', source: web }));
    world.clock.moveTo(start + HOUR + HOUR / 4);
    await world.arrive(fact({ userId: '1', name: 'Cart Viewed' }));
    await world.read(user);
    await world.readAll(1);
    expect(await changes(lapsed)).toEqual([]);
    await world.passTo(start + 2 * HOUR);
    expect(await changes(lapsed)).toEqual([['in', HOUR / 2 + HOUR, 'time']]);
  });
});

const sumOf = (key: string): number => [...key].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
