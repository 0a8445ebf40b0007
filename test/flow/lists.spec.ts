import { randomUUID } from 'node:crypto';
import type { Fact } from '@entente/event';
import { HOUR, MINUTE, SECOND, type Instant } from '@entente/kernel';
import { ImportWorker, type Database } from '@entente/storage';
import { TestApi } from '../support/api';
import { forgetDeleted } from '../../apps/engine/jobs/forget-deleted';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';

const start = Date.UTC(2026, 0, 5, 9);

let api: TestApi;
let database: Database;
let world: EngineWorld;
let server: number;
let count = 0;

beforeEach(async () => {
  api = await TestApi.start({ clock: { now: (): Instant => world.clock.now() } });
  database = api.test.database;
  world = new EngineWorld(database, start);
  server = await new Author(database).source('server', true, 50);
});
afterEach(() => api.close());

const identify = (fields: Partial<Fact>): Fact => ({
  v: 1,
  type: 'identify',
  source: server,
  messageId: `m${(count += 1)}`,
  timestamp: world.clock.now(),
  traits: {},
  ...fields,
});

let passed = 0;
beforeEach(() => (passed = 0));
/** Lets a minute pass and everything be heard. */
const settle = async (...facts: Fact[]): Promise<void> => {
  await world.passTo(start + (passed += 1) * MINUTE);
  await world.arrive(...facts);
  await world.readAll();
  for (let round = 0; round < 3; round += 1) await world.work();
};

const change = (body: object, list = 'vip') => api.call('POST', `/lists/${list}/members`, body);
const onList = async (list = 'vip'): Promise<string[]> =>
  (await api.call('GET', `/lists/${list}/members`)).body.items.map((one: { contact: string }) => one.contact);
const inSegment = async (segment = 'vips'): Promise<string[]> =>
  (await api.call('GET', `/segments/${segment}/members`)).body.items.map(
    (one: { contact: string }) => one.contact,
  );
/** The members of the list, and of the segment that asks for it: the same, always. */
const both = async (): Promise<string[]> => {
  const [list, segment] = [await onList(), await inSegment()];
  expect(list.sort()).toEqual(segment.sort());
  return list;
};
const idOf = async (reference: string): Promise<string> =>
  `id:${(await api.call('GET', `/contacts/${reference}`)).body.id}`.replace('id:id:', 'id:');

const withSegment = async (): Promise<void> => {
  expect((await api.call('PUT', '/lists/vip', { name: 'Very important' })).status).toBe(201);
  expect((await api.call('PUT', '/segments/vips', { rule: { list: 'vip' } })).status).toBe(202);
  await settle(identify({ userId: '1' }), identify({ userId: '2' }), identify({ anonymousId: 'a' }));
};

describe('a list', () => {
  it('is written, read, renamed and removed like everything that authors name', async () => {
    const made = await api.call('PUT', '/lists/vip', { name: 'Very important' });
    expect([made.status, made.headers.get('etag'), made.body.members]).toEqual([201, '"1"', 0]);
    const renamed = await api.call(
      'PATCH',
      '/lists/vip',
      { name: 'VIP' },
      { headers: { 'if-match': '"1"' } },
    );
    expect([renamed.status, renamed.body.name]).toEqual([200, 'VIP']);
    const late = await api.call('PUT', '/lists/vip', { name: 'x' }, { headers: { 'if-match': '"1"' } });
    expect(late.status).toBe(412);
    expect((await api.call('PUT', '/lists/vip', { nme: 'x' })).status).toBe(400);
    expect((await api.call('GET', '/lists')).body.items).toHaveLength(1);
    expect((await api.call('DELETE', '/lists/vip')).status).toBe(204);
    expect((await api.call('GET', '/lists/vip')).status).toBe(404);
    expect((await api.call('DELETE', '/lists/vip')).status).toBe(404);
    expect((await change({ add: ['user:1'] })).status).toBe(404);
    expect((await api.call('GET', '/lists/vip/members')).status).toBe(404);
  });

  it('puts people into the segment that asks for it, and takes them out', async () => {
    await withSegment();
    const { status, body } = await change({ add: ['user:1', 'user:2', 'user:1', 'user:9', 'nobody'] });
    expect([status, body]).toEqual([
      200,
      {
        joined: 2,
        left: 0,
        unchanged: 1,
        problems: [
          expect.objectContaining({ path: 'add[3]', code: 'unknown-contact' }),
          expect.objectContaining({ path: 'add[4]', code: 'identity' }),
        ],
      },
    ]);
    await settle();
    expect(await both()).toHaveLength(2);
    expect((await change({ remove: ['user:1'], add: ['user:2'] })).body).toMatchObject({
      left: 1,
      unchanged: 1,
    });
    await settle();
    expect(await both()).toEqual([await idOf('user:2')]);
    const why = await api.call('GET', '/contacts/user:2/why?segment=vips');
    expect(why.body.segment).toMatchObject({ member: true, because: { value: true, because: { on: true } } });
    const csv = await api.call('GET', '/lists/vip/members', undefined, { headers: { accept: 'text/csv' } });
    expect(csv.text.split('\r\n')).toHaveLength(3);
  });

  it('goes by the order of changes, even within one millisecond', async () => {
    await withSegment();
    for (let round = 0; round < 5; round += 1) {
      await change({ add: ['user:1'] });
      await change({ remove: ['user:1'] });
    }
    await change({ add: ['user:2', 'user:1'], remove: ['user:2'] });
    await settle();
    expect(await both()).toEqual([await idOf('user:1')]);
  });

  it('has somebody once who turns out to be one person, and knows each when they part again', async () => {
    await withSegment();
    await change({ add: ['user:1', 'anonymous:a'] });
    await settle(identify({ userId: '1', anonymousId: 'a' }));
    expect(await both()).toHaveLength(1);
    expect((await api.call('GET', '/lists/vip')).body.members).toBe(1);
    await change({ remove: ['user:1'] });
    await settle();
    expect(await both()).toEqual([]);
    await settle(identify({ userId: '2', anonymousId: 'a', timestamp: start - HOUR }));
    expect(await both()).toHaveLength(1);
  });

  it('is joined and left by the contact that was named, whoever else they were', async () => {
    await withSegment();
    await settle(identify({ userId: '1', anonymousId: 'a' }));
    await change({ add: ['anonymous:a', 'user:2'] });
    await settle();
    expect(await both()).toHaveLength(2);
    await settle(identify({ userId: '2', anonymousId: 'a', timestamp: start - HOUR }));
    expect(await both()).toEqual([await idOf('user:2')]);
  });

  it('is kept while something names it, and lets everybody go when it is removed', async () => {
    await withSegment();
    await change({ add: ['user:1', 'user:2'] });
    await settle();
    const refused = await api.call('DELETE', '/lists/vip');
    expect([refused.status, refused.body.detail]).toEqual([409, 'The list vip is used by segments/vips.']);
    await api.call('PUT', '/segments/vips', { rule: { not: { list: 'vip' } } });
    expect((await api.call('DELETE', '/lists/vip')).status).toBe(409);
    await api.call('DELETE', '/segments/vips');
    expect((await api.call('DELETE', '/lists/vip')).status).toBe(204);
    const soon = await api.call('PUT', '/lists/vip', {});
    expect([soon.status, soon.body.detail]).toEqual([
      409,
      'The list vip was deleted and people are still leaving it; try again in a while.',
    ]);
    expect((await api.call('GET', '/lists/vip')).status).toBe(404);
    while (await forgetDeleted(world.engine));
    expect((await api.call('PUT', '/lists/vip', {})).status).toBe(201);
    await api.call('PUT', '/segments/vips', { rule: { list: 'vip' } });
    await settle();
    expect(await both()).toEqual([]);
    await change({ add: ['user:1'] });
    await settle();
    expect(await both()).toHaveLength(1);
  });

  it('has nobody left when it is removed who parts from whoever left for them', async () => {
    await withSegment();
    await change({ add: ['user:1', 'anonymous:a'] });
    await settle(identify({ userId: '1', anonymousId: 'a' }));
    expect(await both()).toHaveLength(1);
    await api.call('DELETE', '/segments/vips');
    expect((await api.call('DELETE', '/lists/vip')).status).toBe(204);
    while (await forgetDeleted(world.engine));
    await api.call('PUT', '/lists/vip', {});
    await api.call('PUT', '/segments/vips', { rule: { list: 'vip' } });
    await settle();
    expect(await both()).toEqual([]);
    await settle(identify({ userId: '2', anonymousId: 'a', timestamp: start - HOUR }));
    expect(await both()).toEqual([]);
  });

  it('must exist where a rule names it, as a topic must', async () => {
    const rule = { all: [{ list: 'nope' }, { not: { any: [{ permission: 'nope', is: 'granted' }] } }] };
    const more = { all: [...rule.all, { event: 'X', count: { gte: 3, lte: 2 } }] };
    const all = (await api.call('PUT', '/segments/x', { rule: more })).body.problems as { code: string }[];
    expect(all.map(({ code }) => code)).toEqual(['constant', 'unknown-list', 'unknown-topic']);
    const { status, body } = await api.call('PUT', '/segments/x', { rule });
    expect(status).toBe(422);
    expect(body.problems).toMatchObject([
      { path: 'rule.all[0].list', code: 'unknown-list' },
      { path: 'rule.all[1].not.any[0].permission', code: 'unknown-topic' },
    ]);
  });

  it('says which of the contacts given are wrong', async () => {
    const { status, body } = await api.call('POST', '/lists/vip/members', {
      add: ['user:1', 7, '', 'x'.repeat(321)],
      remove: 'user:1',
    });
    expect(status).toBe(422);
    expect(body.problems).toMatchObject([
      { path: 'add[1]', code: 'type', expected: 'a text of 1 to 320 characters' },
      { path: 'add[2]', code: 'too-short' },
      { path: 'add[3]', code: 'too-long' },
      { path: 'remove', code: 'type', expected: 'a list' },
    ]);
  });

  it('is not joined by an event of another source', async () => {
    await withSegment();
    await settle(identify({ type: 'track', name: 'List Joined', userId: '1', properties: { list: 'vip' } }));
    expect(await both()).toEqual([]);
  });

  it('pages through its members', async () => {
    await withSegment();
    await change({ add: ['user:1', 'user:2', 'anonymous:a'] });
    const first = (await api.call('GET', '/lists/vip/members?limit=2')).body;
    const second = (await api.call('GET', `/lists/vip/members?limit=2&cursor=${first.next}`)).body;
    expect([first.items.length, second.items.length, second.next]).toEqual([2, 1, null]);
  });
});

describe('an import that names a list', () => {
  const file = ['E-mail;Name', 'a@example.com;A', 'b@example.com;B', 'a@example.com;A', 'wrong;W'].join('\n');
  const bringIn = async (more: object) => {
    const form = new FormData();
    form.set('file', new Blob([file]), 'crm.csv');
    const columns = { 'E-mail': 'email', Name: 'traits.name' };
    form.set('plan', JSON.stringify({ source: 'server', columns, list: 'vip', ...more }));
    const headers = { authorization: `Bearer ${await api.key('admin')}` };
    const response = await fetch(`${api.url}/imports`, { method: 'POST', headers, body: form });
    return {
      status: response.status,
      body: (await response.json()) as { joined: number; problems: { code: string }[] },
    };
  };
  const finish = async (): Promise<void> => {
    const worker = new ImportWorker(database, world.clock, randomUUID());
    while (await worker.work());
    await settle();
  };

  it('keeps it from being deleted until it is done', async () => {
    await api.call('PUT', '/lists/vip', {});
    expect((await bringIn({ dryRun: false })).status).toBe(202);
    const refused = await api.call('DELETE', '/lists/vip');
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      expect.stringMatching(/^The list vip is used by imports\/[-0-9a-f]{36}\.$/),
    ]);
    await finish();
    expect((await api.call('GET', '/lists/vip')).body.members).toBe(2);
    expect((await api.call('DELETE', '/lists/vip')).status).toBe(204);
  });

  it('puts its accepted rows on it, and counts them before', async () => {
    await withSegment();
    const dry = await bringIn({ dryRun: true });
    expect([dry.status, dry.body.joined]).toEqual([200, 2]);
    expect((await bringIn({ dryRun: false })).status).toBe(202);
    await finish();
    expect(await both()).toHaveLength(2);
    expect((await bringIn({ dryRun: true })).body.joined).toBe(0);
  });

  it('starts campaigns only if its author says so', async () => {
    await withSegment();
    const author = new Author(database);
    await author.mailNeeds('news', 'shop', 'hello');
    const steps = [{ id: 'hello', send: 'hello' }];
    const welcome = { topic: 'news', from: 'shop', triggers: [{ segment: 'vips' }], steps };
    await author.campaign('welcome', welcome, start + SECOND);
    await bringIn({ dryRun: false });
    await finish();
    expect(await database.query('SELECT FROM enrollment')).toHaveLength(0);
    await change({ remove: await onList() });
    await settle();
    await bringIn({ dryRun: false, effects: 'campaigns' });
    await finish();
    expect(await database.query('SELECT FROM enrollment')).toHaveLength(2);
  });

  it('is refused where there is no such list', async () => {
    const { status, body } = await bringIn({ dryRun: true, list: 'nope' });
    expect([status, body.problems[0]!.code]).toEqual([422, 'unknown-list']);
  });
});
