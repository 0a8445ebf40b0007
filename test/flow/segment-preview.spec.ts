import { Client } from 'pg';
import type { Instant } from '@entente/kernel';
import { parseRule, wholeRule, type Rule } from '@entente/segment';
import { look } from '@entente/storage';
import { countPreviews } from '../../apps/engine/jobs/count-previews';
import { TestApi } from '../support/api';
import { EngineWorld } from '../support/engine-world';

const start = Date.UTC(2026, 0, 5, 9);
const people = 1_300;

let world: EngineWorld;
let api: TestApi;
let now: Instant = start;

/** People of numbers from 1 on: every second in France, every fifth with an order yesterday. */
beforeAll(async () => {
  api = await TestApi.start({ clock: { now: () => now } });
  world = new EngineWorld(api.test.database, start);
  const { database } = api.test;
  await database.run(
    `INSERT INTO contact (id, created_at, clock, version) SELECT nextval('contact_id_seq'), $1, $1, 1 FROM generate_series(1, ${people}) n`,
    [new Date(start)],
  );
  await database.run(
    `INSERT INTO profile (contact_id, traits) SELECT n, jsonb_build_object('country', jsonb_build_object('1',
       jsonb_build_array(CASE WHEN n % 2 = 0 THEN 'FR' ELSE 'DE' END, 0, 'm')))
     FROM generate_series(1, ${people}) n`,
  );
  await database.run(
    `INSERT INTO event (contact_id, message, at, arrival, source_id, type, name, properties)
     SELECT n, gen_random_uuid(), $1, $1, 1, 'track', 'Order Completed', '{}' FROM generate_series(5, ${people}, 5) n`,
    [new Date(start - 86_400_000)],
  );
});
afterAll(() => api.close());

const french = { trait: 'country', eq: 'FR' };
const buyers = { event: 'Order Completed', within: 'P30D' };
const exactly = (size: number) => ({ estimate: size, low: size, high: size });
const preview = (body: object, role: 'author' | 'read' = 'author') =>
  api.call('POST', '/segments/preview', body, { role });

describe('a preview', () => {
  it('says the size of a rule, some who are in it and what it costs, and writes nothing', async () => {
    const { status, body } = await preview({ rule: { all: [french, buyers] } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ size: exactly(130), exact: true, contacts: people, job: null });
    expect(body.examples).toHaveLength(5);
    for (const example of body.examples) expect(Number(example.slice(3)) % 10).toBe(0);
    expect(body.cost).toMatchObject({ event: 'Order Completed', budget: { perContact: 65_536 } });
    expect(await api.test.database.query('SELECT 1 FROM segment')).toEqual([]);
    expect((await preview({ rule: french }, 'read')).status).toBe(403);
  });

  it('leaves out who was merged into another or erased, and counts the events of a whole person', async () => {
    const { database } = api.test;
    await database.run(`INSERT INTO lineage (contact_id, survivor_id, since) VALUES (5, 2, now())`);
    await database.run('UPDATE contact SET erased_at = now() WHERE id = 10');
    expect((await preview({ rule: buyers })).body.size).toEqual(exactly(people / 5 - 1));
    expect((await preview({ rule: { all: [french, buyers] } })).body.size).toEqual(exactly(130));
    await database.run('DELETE FROM lineage');
    await database.run('UPDATE contact SET erased_at = NULL');
  });

  it('refuses a rule with problems, and one that costs too much, each with its path', async () => {
    const wrong = await preview({ rule: { all: [french, { event: 'X', whithin: 'P1D' }] } });
    expect([wrong.status, wrong.body.problems[0].path]).toEqual([422, 'rule.all[1].whithin']);
    const all = ['A', 'B', 'C', 'D', 'E'].map((event) => ({ event, within: 'P30D', count: { gte: 1_000 } }));
    const refused = { status: 422, body: { problems: [{ path: 'rule.all[0]', code: 'cost' }] } };
    expect(await preview({ rule: { all } })).toMatchObject(refused);
    expect(await api.call('PUT', '/segments/costly', { rule: { all } })).toMatchObject(refused);
  });

  it('is exact by a job that goes on after a kill, from where it was', async () => {
    const { status, body, headers } = await preview({ rule: { not: french }, exact: true });
    expect([status, headers.get('location')]).toEqual([202, `/api/v1/jobs/${body.job}`]);
    const job = () => api.call('GET', `/jobs/${body.job}`, undefined, { role: 'read' });
    expect((await job()).body).toMatchObject({ kind: 'segment-preview', status: 'waiting', startedAt: null });
    expect(await countPreviews(world.engine)).toBe(true);
    expect((await job()).body).toMatchObject({
      status: 'running',
      done: 500 / people,
      counts: { contacts: 500, matching: 250 },
    });
    world.restart();
    while (await countPreviews(world.engine));
    const ended = (await job()).body;
    expect(ended).toMatchObject({
      status: 'done',
      done: 1,
      counts: { contacts: people, matching: people / 2 },
    });
    expect(ended.result.examples.matching).toEqual(['1', '3', '5', '7', '9'].map((id) => `id:${id}`));
    expect(ended.endedAt).not.toBeNull();
  });

  it('counts who has very many events as well, which are not held at once', async () => {
    const { database } = api.test;
    const machine = 7;
    await database.run(
      `INSERT INTO event (contact_id, message, at, arrival, source_id, type, name, properties)
       SELECT ${machine}, gen_random_uuid(), $1::timestamptz - n * interval '1 second', $1, 1, 'track', 'Page Viewed',
         jsonb_build_object('n', n)
       FROM generate_series(1, 12_000) n`,
      [new Date(start)],
    );
    const views = (more: object) => ({ event: 'Page Viewed', ...more });
    const sequence = { sequence: [{ event: 'Order Completed' }, views({})], within: 'P9D' };
    for (const [rule, size] of [
      [views({ count: { gte: 12_000 } }), 1],
      [views({ count: { gte: 12_001 } }), 0],
      [views({ within: 'PT1H', count: { gte: 900 } }), 1],
      [views({ within: 'PT10M', count: { gte: 600 } }), 0],
      [views({ within: 'PT10M', sum: { of: 'n', eq: (599 * 600) / 2 } }), 1],
      [{ all: [views({ where: { n: 12_000 } }), { trait: 'country', eq: 'DE' }] }, 1],
      [{ not: views({}) }, people - 1],
      [sequence, 0],
    ] as const) {
      const { status, body } = await preview({ rule, exact: true });
      expect({ rule, status }).toEqual({ rule, status: 202 });
      while (await countPreviews(world.engine));
      const { counts } = (await api.call('GET', `/jobs/${body.job}`)).body;
      expect({ rule, counts }).toEqual({ rule, counts: { contacts: people, matching: size } });
    }
    await database.run('DELETE FROM event WHERE contact_id = $1', [machine]);
  });

  it('reads by the key also where few contacts seem to have all events', async () => {
    const owner = new Client({ connectionString: api.test.ownerUrl });
    await owner.connect();
    await owner.query('ALTER TABLE event ALTER contact_id SET (n_distinct = 1); ANALYZE event');
    const { rule } = parseRule(buyers) as { rule: Rule };
    const contacts = Array.from({ length: 500 }, (_, n) => String(100 + n));
    const readings = await api.test.database.transaction(async (tx) => {
      // Earlier transactions of the same connection count as well, for up to a second.
      const readings = async () => {
        const [table] = await tx.query<{ seq_scan: string }>(
          `SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'event'`,
        );
        return Number(table!.seq_scan);
      };
      const before = await readings();
      await look(tx, { rule: wholeRule(rule, () => undefined) }, { contacts, now, mostEvents: 1 });
      return (await readings()) - before;
    });
    await owner.query('ALTER TABLE event ALTER contact_id RESET (n_distinct); ANALYZE event');
    await owner.end();
    expect(readings).toBe(0);
  });

  it('is counted once by two engines, and no more once its author has canceled it', async () => {
    const { body } = await preview({ rule: french, exact: true });
    const other = { ...world.engine, id: '00000000-0000-4000-8000-000000000002' };
    await countPreviews(world.engine);
    expect(await countPreviews(other)).toBe(false);
    await api.test.database.run('DELETE FROM lease');
    await countPreviews(other);
    const job = (await api.call('GET', `/jobs/${body.job}`)).body;
    expect(job.counts.contacts).toBe(1_000);
    const canceled = await api.call('POST', `/jobs/${body.job}/cancel`, undefined, { role: 'author' });
    expect([canceled.status, canceled.body.status]).toEqual([200, 'canceled']);
    expect(await countPreviews(other)).toBe(false);
    expect((await api.call('POST', `/jobs/${body.job}/cancel`)).status).toBe(409);
  });
});

it('gives up a count whose rules are not understood any more, and goes on with the next', async () => {
  const { database } = api.test;
  await database.run('DELETE FROM lease');
  const [broken, sound] = [
    await preview({ rule: french, exact: true }),
    await preview({ rule: buyers, exact: true }),
  ];
  await database.run(`UPDATE job SET plan = '{"rule":{"rule":{"gone":1},"named":[]}}' WHERE id = $1`, [
    broken.body.job,
  ]);
  while (await countPreviews(world.engine));
  const status = async (job: string) => (await api.call('GET', `/jobs/${job}`)).body;
  expect(await status(broken.body.job)).toMatchObject({ status: 'failed', error: expect.any(String) });
  expect(await status(sound.body.job)).toMatchObject({ status: 'done', counts: { matching: people / 5 } });
});

describe('a dry run of an edit', () => {
  const state = () =>
    api.test.database.query(
      `SELECT s.revision, v.version, v.status, d.generation, (SELECT count(*) FROM membership_change) AS changes
       FROM segment s JOIN segment_version v ON v.segment_key = s.key, definitions d ORDER BY s.key, v.version`,
    );

  beforeAll(async () => {
    const made = await api.call('PUT', '/segments/target', { rule: french });
    expect([made.status, made.body.size]).toEqual([202, exactly(people / 2)]);
    await world.passTo(start);
    await world.work();
    expect((await api.call('GET', '/segments/target')).body.size).toEqual(exactly(people / 2));
    const { items } = (await api.call('GET', '/segments')).body as {
      items: { key: string; size: unknown }[];
    };
    expect(items.find(({ key }) => key === 'target')!.size).toEqual(exactly(people / 2));
  });

  it('says who would enter and who would leave, and writes nothing', async () => {
    const before = await state();
    const { status, body } = await api.call('PUT', '/segments/target', { rule: buyers, dryRun: true });
    expect([status, body.dryRun]).toEqual([200, true]);
    expect(body).toMatchObject({
      size: exactly(260),
      entering: { size: exactly(130) },
      leaving: { size: exactly(520) },
    });
    for (const example of body.entering.examples) expect(Number(example.slice(3)) % 10).toBe(5);
    for (const example of body.leaving.examples) expect(Number(example.slice(3)) % 2).toBe(0);
    expect(await state()).toEqual(before);
  });

  it('takes PATCH, preconditions and a new segment as an edit does', async () => {
    const patched = await api.call('PATCH', '/segments/target', { name: 'Other', dryRun: true });
    expect(patched.body).toMatchObject({ entering: { size: exactly(0) }, leaving: { size: exactly(0) } });
    const late = await api.call(
      'PUT',
      '/segments/target',
      { rule: buyers, dryRun: true },
      { headers: { 'if-match': '"9"' } },
    );
    expect(late.status).toBe(412);
    const fresh = await api.call('PUT', '/segments/fresh', { rule: buyers, dryRun: true });
    expect(fresh.body).toMatchObject({ entering: { size: exactly(260) }, leaving: { size: exactly(0) } });
    expect((await api.call('GET', '/segments/fresh')).status).toBe(404);
    const circle = await api.call('PUT', '/segments/target', { rule: { segment: 'target' }, dryRun: true });
    expect([circle.status, circle.body.problems[0].code]).toEqual([422, 'segment-cycle']);
    expect((await api.call('PUT', '/segments/target', { rule: buyers, exact: true })).status).toBe(422);
  });

  it('is counted exactly by a job', async () => {
    const before = await state();
    await api.test.database.run('DELETE FROM lease');
    const edit = { rule: { any: [buyers, { segment: 'target' }] }, dryRun: true, exact: true };
    const { status, body } = await api.call('PUT', '/segments/other', edit);
    expect(status).toBe(202);
    const edited = await api.call('PUT', '/segments/target', { rule: buyers, dryRun: true, exact: true });
    while (await countPreviews(world.engine));
    const counts = async (job: string) => (await api.call('GET', `/jobs/${job}`)).body.counts;
    expect(await counts(body.job)).toEqual({ contacts: people, matching: 780, entering: 780, leaving: 0 });
    expect(await counts(edited.body.job)).toEqual({
      contacts: people,
      matching: 260,
      entering: 130,
      leaving: 520,
    });
    expect(await state()).toEqual(before);
  });
});

describe('the metrics of a segment', () => {
  it('have members, entries and exits by UTC day, and what it costs', async () => {
    const { database } = api.test;
    now = Date.UTC(2026, 0, 7, 18);
    const [version] = await database.query<{ id: number }>(
      `UPDATE segment_version SET live_at = $1 WHERE segment_key = 'target' RETURNING id`,
      [new Date(start + 1)],
    );
    await database.run(
      `INSERT INTO membership_change (contact_id, version_id, entered, effective_at, cause)
       VALUES (2, $1, false, '2026-01-06T23:59:59.999Z', '{}'), (4, $1, false, '2026-01-07T00:00:00Z', '{}'),
         (2, $1, true, '2026-01-07T12:00:00Z', '{}')`,
      [version!.id],
    );
    await database.run('DELETE FROM membership WHERE contact_id = 4 AND version_id = $1', [version!.id]);
    const path = '/segments/target/metrics?from=2026-01-04&to=2026-01-09';
    const { status, body } = await api.call('GET', path, undefined, { role: 'read' });
    expect(status).toBe(200);
    const days = [
      { day: '2026-01-04', version: null, members: null, entered: 0, left: 0, swapped: 0 },
      { day: '2026-01-05', version: 1, members: 650, entered: 0, left: 0, swapped: 650 },
      { day: '2026-01-06', version: 1, members: 649, entered: 0, left: 1, swapped: 0 },
      { day: '2026-01-07', version: 1, members: 649, entered: 1, left: 1, swapped: 0 },
    ];
    expect(body.days).toEqual(days);
    expect(body.cost).toMatchObject({ perEvent: 1, event: 'Identified', perContact: 0 });
    expect(body.build).toMatchObject({ contacts: people, millisecondsPerContact: expect.any(Number) });
    const csv = await api.call('GET', path, undefined, { headers: { accept: 'text/csv' } });
    expect(csv.text.split('\r\n').slice(0, 3)).toEqual([
      '"day","version","members","entered","left","swapped"',
      '"2026-01-04",,,"0","0","0"',
      '"2026-01-05","1","650","0","0","650"',
    ]);
  });

  it('take a bounded range of days', async () => {
    const ask = (query: string) => api.call('GET', `/segments/target/metrics${query}`);
    expect((await ask('')).body.days).toHaveLength(30);
    expect((await ask('?from=2026-01-05')).body.days).toHaveLength(3);
    expect((await ask('?from=2026-01-08')).status).toBe(422);
    expect((await ask('?from=2026-02-30')).status).toBe(400);
    expect((await ask('?from=2026-01-05&to=2026-01-04')).status).toBe(422);
    expect((await ask('?from=2020-01-05&to=2026-01-04')).status).toBe(422);
    expect((await api.call('GET', '/segments/none/metrics')).status).toBe(404);
  });
});
