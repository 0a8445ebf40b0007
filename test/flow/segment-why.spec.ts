import type { Fact } from '@entente/event';
import { DAY, HOUR, toIso, type Instant } from '@entente/kernel';
import { TestApi } from '../support/api';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';

const start = Date.UTC(2026, 0, 5, 9);
const clock = { now: (): Instant => world?.clock.now() ?? start };

let world: EngineWorld | undefined;
let api: TestApi;
let crm: number;

beforeAll(async () => {
  api = await TestApi.start({ clock });
  world = new EngineWorld(api.test.database, start);
  crm = await new Author(api.test.database).source('crm', true, 50);
});
afterAll(() => api.close());

let count = 0;
const fact = (user: string, more: Partial<Fact>, at = world!.clock.now()): Fact => ({
  v: 1,
  type: 'track',
  source: crm,
  messageId: `m${(count += 1)}`,
  timestamp: at,
  userId: user,
  ...more,
});
const order = (user: string, at?: Instant) => fact(user, { name: 'Order Completed' }, at);
const traits = (user: string, values: Fact['traits']) => fact(user, { type: 'identify', traits: values });

async function happen(at: Instant, ...facts: (() => Fact)[]): Promise<void> {
  await world!.passTo(at - 1);
  await world!.arrive(...facts.map((one) => one()));
  await world!.readAll();
}

const why = async (user: string, asOf?: Instant, segment = 'loyal') => {
  const query = asOf === undefined ? '' : `&asOf=${encodeURIComponent(toIso(asOf))}`;
  const { body } = await api.call('GET', `/contacts/user:${user}/why?segment=${segment}${query}`);
  return body.segment;
};

const loyal = {
  all: [
    { event: 'Order Completed', within: 'P30D', count: { gte: 2 } },
    { trait: 'country', eq: 'FR' },
    { not: { segment: 'blocked' } },
  ],
};

describe('why somebody is in a segment', () => {
  const instants = [1, 2, 3, 4, 5, 6].map((day) => start + day * DAY);
  const [first, second, third, blocked, unblocked, last] = instants as [
    Instant,
    Instant,
    Instant,
    Instant,
    Instant,
    Instant,
  ];

  beforeAll(async () => {
    for (const [key, rule] of [
      ['blocked', { trait: 'status', eq: 'blocked' }],
      ['loyal', loyal],
    ] as const)
      expect((await api.call('PUT', `/segments/${key}`, { rule })).status).toBe(202);
    await world!.passTo(start);
    await world!.work();
    await happen(
      first,
      () => traits('1', { country: 'FR' }),
      () => order('1', first - 10 * DAY),
    );
    await happen(second, () => order('1'));
    await happen(
      third,
      () => order('2'),
      () => order('2'),
    );
    await happen(blocked, () => traits('1', { status: 'blocked' }));
    await happen(unblocked, () => traits('1', { status: null }));
    await happen(last, () => traits('1', { country: 'DE' }));
    await world!.passTo(last + DAY);
  });

  it('names the events and traits behind it, and the instants at which time changes each node', async () => {
    const { body } = await api.call('POST', '/contacts/user:1/why', {
      rule: loyal,
      asOf: toIso(third),
    });
    const expiry = toIso(first - 10 * DAY + 30 * DAY);
    expect(body).toMatchObject({
      asOf: toIso(third),
      because: {
        value: true,
        changesAt: expiry,
        all: [
          {
            value: true,
            changesAt: expiry,
            because: { count: 2, events: [{ at: toIso(second) }, { at: toIso(first - 10 * DAY) }] },
          },
          { value: true, changesAt: null, because: { found: 'FR' } },
          { value: true, changesAt: null, not: { value: false, because: { member: false } } },
        ],
      },
      traits: [{ name: 'country', value: 'FR', source: 'crm', at: toIso(first) }],
    });
    const [event] = await api.test.database.query<{ message: string }>(
      `SELECT message FROM event WHERE type = 'identify' ORDER BY at LIMIT 1`,
    );
    expect(body.traits[0].event).toBe(event!.message);
  });

  it('agrees with the log at every instant in the past, from what had arrived by then', async () => {
    const asked = instants.flatMap((at) => [at - 1, at, at + HOUR]);
    const told: Record<string, any>[] = []; // eslint-disable-line
    for (const at of asked) told.push(await why('1', at));
    expect(told.map(({ because }) => because.value)).toEqual(told.map(({ member }) => member));
    const members = asked.filter((_, index) => told[index]!.member);
    expect(members).toEqual([
      second,
      second + HOUR,
      third - 1,
      third,
      third + HOUR,
      blocked - 1,
      unblocked,
      unblocked + HOUR,
      last - 1,
    ]);
    expect(told[asked.indexOf(second - 1)]!.because.all[0].because.count).toBe(1);
    expect(told[asked.indexOf(third)]!.since).toBe(toIso(second));
  });

  it('goes by the version that was live then, and by the first before any was', async () => {
    const before = await why('1', second);
    expect([before.version, (await why('1', start - DAY)).version]).toEqual([1, 1]);
    await api.call('PUT', '/segments/loyal', { rule: { event: 'Order Completed' } });
    await world!.passTo(last + 2 * DAY);
    await world!.work();
    await api.test.database.run(
      `UPDATE segment_version SET live_at = $1 WHERE segment_key = 'loyal' AND version = 2`,
      [toIso(last + DAY)],
    );
    await api.test.database.run(
      `UPDATE segment_version SET live_at = $1, retired_at = $2 WHERE segment_key = 'loyal' AND version = 1`,
      [toIso(start), toIso(last + DAY)],
    );
    expect(await why('1', second)).toEqual(before);
    expect(await why('1', last + DAY)).toMatchObject({ version: 2, because: { value: true } });
    expect(await why('1')).toMatchObject({ version: 2, member: true, because: { value: true } });
  });

  it('asks nothing of the future, of mails in the past, or of a rule with problems', async () => {
    const ask = (query: string) => api.call('GET', `/contacts/user:1/why?${query}`);
    const future = await ask(`segment=loyal&asOf=2030-01-01T00:00:00Z`);
    expect([future.status, future.body.problems[0]]).toEqual([
      422,
      expect.objectContaining({ path: 'asOf', code: 'future' }),
    ]);
    expect((await ask('segment=loyal&asOf=yesterday')).status).toBe(400);
    expect((await ask('campaign=x&asOf=2026-01-05T00:00:00Z')).status).toBe(400);
    const unknown = await api.call('POST', '/contacts/user:1/why', { rule: { segment: 'nowhere' } });
    expect([unknown.status, unknown.body.problems[0].code]).toEqual([422, 'unknown-segment']);
    expect((await api.call('POST', '/contacts/user:99/why', { rule: loyal })).status).toBe(404);
    const readOnly = await api.call('POST', '/contacts/user:1/why', { rule: loyal }, { role: 'read' });
    expect(readOnly.status).toBe(200);
  });
});

describe('the history of memberships', () => {
  const history = async (path: string) => {
    const { status, body } = await api.call('GET', path);
    expect(status).toBe(200);
    return body.items as Record<string, any>[]; // eslint-disable-line
  };

  it('of a contact has entries and exits with their causes, the latest first', async () => {
    const items = await history('/contacts/user:1/memberships?segment=loyal');
    const byEvents = items.filter(({ version }) => version === 1);
    expect(byEvents.map(({ change, at }) => [change, at])).toEqual([
      ['left', toIso(start + 6 * DAY)],
      ['entered', toIso(start + 5 * DAY)],
      ['left', toIso(start + 4 * DAY)],
      ['entered', toIso(start + 2 * DAY)],
    ]);
    expect(byEvents.map(({ cause }) => cause.name)).toEqual([
      'Identified',
      'Identified',
      'Identified',
      'Order Completed',
    ]);
    expect(items[0]).toMatchObject({ version: 2, change: 'entered', cause: { kind: 'build' } });
    const all = await history('/contacts/user:1/memberships');
    expect(new Set(all.map(({ segment }) => segment))).toEqual(new Set(['loyal', 'blocked']));
  });

  it('of a segment can be filtered and is paged without gaps', async () => {
    const all = await history('/segments/loyal/history');
    expect(all.length).toBeGreaterThan(4);
    const paged: unknown[] = [];
    for (let cursor = '', more = true; more;) {
      const { body } = await api.call('GET', `/segments/loyal/history?limit=2${cursor}`);
      paged.push(...body.items);
      more = body.next !== null;
      cursor = `&cursor=${body.next}`;
    }
    expect(paged).toEqual(all);
    const left = await history('/segments/loyal/history?change=left');
    expect(left).toEqual(all.filter(({ change }) => change === 'left'));
    const since = toIso(start + 4 * DAY);
    const until = toIso(start + 6 * DAY);
    const some = await history(`/segments/loyal/history?since=${since}&until=${until}`);
    expect(some).toEqual(all.filter(({ at }) => at >= since && at < until));
    expect(some).toHaveLength(2);
    expect((await api.call('GET', '/segments/none/history')).status).toBe(404);
  });

  it('is told by versions, which are listed with when each was live', async () => {
    await api.call('PATCH', '/segments/loyal', { rule: { event: 'Returned' } });
    const { body: edited } = await api.call('PATCH', '/segments/loyal', { rule: { event: 'Refunded' } });
    const versions = await history('/segments/loyal/versions');
    expect(versions.map(({ version, state }) => [version, state])).toEqual([
      [4, 'building'],
      [3, 'canceled'],
      [2, 'live'],
      [1, 'retired'],
    ]);
    expect(versions[0]).toMatchObject({ rule: edited.rule, liveAt: null, retiredAt: null });
    expect(versions[2]).toMatchObject({ liveAt: versions[3]!.retiredAt, retiredAt: null });
    expect(versions[3]).toMatchObject({ rule: loyal, liveAt: toIso(start) });
    const { body } = await api.call('GET', '/segments/loyal/versions?limit=3');
    expect(body.items).toEqual(versions.slice(0, 3));
    const rest = await api.call('GET', `/segments/loyal/versions?limit=3&cursor=${body.next}`);
    expect(rest.body).toEqual({ items: versions.slice(3), next: null });
    expect((await api.call('GET', '/segments/none/versions')).status).toBe(404);
    await api.call('POST', `/jobs/${edited.job}/cancel`);
  });

  it('of somebody who was merged has what happened to each of them before', async () => {
    await happen(
      start + 10 * DAY,
      () => order('one'),
      () => traits('two', { status: 'blocked' }),
    );
    await happen(start + 11 * DAY, () => fact('one', { type: 'alias', previousId: 'two' }));
    const items = await history('/contacts/user:one/memberships');
    expect(items).toEqual(await history('/contacts/user:two/memberships'));
    const contacts = new Set(items.map(({ contact }) => contact));
    expect(contacts.size).toBe(2);
    const merged = items.filter(({ cause }) => cause.kind === 'merge');
    expect(merged.length).toBeGreaterThan(0);
  });
});

it('counts a message that was told of two contacts twice, as the engine does, once they are one person', async () => {
  const rule = { event: 'Dup', count: { gte: 2 } };
  const told = (who: Partial<Fact>): Fact => ({ ...fact('', { name: 'Dup' }), messageId: 'dup', ...who });
  await api.call('PUT', '/segments/before', { rule });
  await world!.work();
  await happen(
    start + 11.5 * DAY,
    () => told({ userId: undefined, anonymousId: 'device' }),
    () => told({ userId: 'owner' }),
    () => told({ userId: 'owner' }),
    () => fact('owner', { type: 'identify', anonymousId: 'device' }),
  );
  await api.call('PUT', '/segments/built', { rule: { ...rule, after: '2020-01-01' } });
  await world!.work();
  for (const segment of ['before', 'built'])
    expect(await why('owner', undefined, segment)).toMatchObject({
      member: true,
      because: { value: true, because: { count: 2 } },
    });
});

it('is not said of who has more events than an explanation can hold, now or as of the past', async () => {
  const { database } = api.test;
  await happen(start + 12 * DAY, () => order('machine'));
  const events = async (type: string, name: string, properties: string, count: number) =>
    database.run(
      `INSERT INTO event (contact_id, message, at, arrival, source_id, type, name, properties)
       SELECT contact_id, gen_random_uuid(), $1, $1, 1, $2, $3, $4 FROM identity, generate_series(1, $5::int)
       WHERE key = 'user:machine'`,
      [new Date(start + 12 * DAY), type, name, properties, count],
    );
  const asked = async (rule: object, asOf?: string) =>
    (await api.call('POST', '/contacts/user:machine/why', { rule, ...(asOf && { asOf }) })).body;
  const pings = { event: 'Pinged', count: { gte: 10_000 } };
  await events('track', 'Pinged', '{}', 10_000);
  expect((await asked(pings)).because.value).toBe(true);
  await events('track', 'Pinged', '{}', 1);
  const refused = { status: 422, problems: [{ path: 'contact', code: 'too-many-events' }] };
  expect(await asked(pings)).toMatchObject(refused);
  const then = toIso(start + 12 * DAY);
  expect(await asked(pings, then)).toMatchObject(refused);
  expect((await asked({ event: 'Order Completed' }, then)).because.value).toBe(true);
  await events('identify', 'Identified', '{"n":1}', 10_001);
  expect(await asked({ trait: 'n', eq: 1 }, then)).toMatchObject(refused);
});
