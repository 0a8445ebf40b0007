import { loadSettings, openLog, type Resources, type RunningApp } from '@entente/runtime';
import { openPostgresStream, type Stream } from '@entente/stream';
import { startEngine } from '../../apps/engine/start';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestApi, type Reply } from '../support/api';

let api: TestApi;
let engine: RunningApp;
let stream: Stream;
beforeAll(async () => {
  const late = { append: (records: never) => stream.append(records), bounds: () => stream.bounds() };
  api = await TestApi.start({ stream: late as unknown as Stream });
  const { database } = api.test;
  stream = await openPostgresStream({ database, topic: 'test', partitions: 2 });
  const settings = { ...loadSettings({}), enginePort: 0 };
  const clock = { now: () => Date.now() };
  const log = openLog({ logLevel: 'error' }, 'test');
  engine = await startEngine({ settings, database, stream, clock, log } as unknown as Resources);
});
afterAll(async () => {
  await engine.close();
  await stream.close();
  await api.close();
});

const join = (userId: string, groupId: string) =>
  stream.append([
    {
      key: `user:${userId}`,
      value: JSON.stringify({
        v: 1,
        type: 'group',
        source: 2,
        messageId: `${userId} ${groupId}`,
        userId,
        groupId,
        timestamp: Date.now(),
      }),
    },
  ]);

async function eventually(holds: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + 10_000; ; await sleep(30)) {
    try {
      return await holds();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

const shows = (path: string, expected: object) =>
  eventually(async () => expect((await api.call('GET', path)).body).toMatchObject(expected));

it('are made, changed and replaced as a trusted source, and shown with who belongs to them', async () => {
  const made = await api.call('PUT', '/companies/acme', { traits: { plan: 'free', seats: 5 } });
  expect([made.status, made.body.company]).toEqual([202, 'acme']);
  await join('1', 'acme');
  await shows('/companies/acme', { id: 'acme', traits: { plan: 'free', seats: 5 }, contacts: 1 });
  await shows('/contacts/user:1', {
    company: 'acme',
    traits: { company: { id: 'acme', plan: 'free', seats: 5 } },
  });
  await api.call('PATCH', '/companies/acme', { traits: { plan: 'pro', seats: null } });
  await shows('/contacts/user:1', { traits: { company: { id: 'acme', plan: 'pro' } } });
  await api.call('PUT', '/companies/acme', { traits: { name: 'Acme' } });
  await eventually(async () =>
    expect((await api.call('GET', '/contacts/user:1')).body.traits).toEqual({
      company: { id: 'acme', name: 'Acme' },
    }),
  );
});

it('say why somebody is in a segment that asks for their company', async () => {
  await api.call('PUT', '/companies/big', { traits: { seats: 500 } });
  await join('2', 'big');
  await api.call('PUT', '/segments/big', { name: 'Big', rule: { trait: 'company.seats', gte: 100 } });
  await shows('/contacts/user:2/why?segment=big', {
    segment: { member: true, because: { value: true, because: { found: 500 } } },
  });
  const { body } = await api.call('GET', '/contacts/user:2/why?segment=big');
  const timeline = await api.call('GET', '/contacts/user:2/timeline?kind=event');
  const joined = timeline.body.items.find(({ what }: { what: { type: string } }) => what.type === 'group');
  expect(body.segment.traits).toMatchObject([{ name: 'company', source: 'entente', event: joined.what.id }]);
});

it('are listed in pages', async () => {
  const long = 'ß'.repeat(200);
  for (const id of ['a/b c', long]) {
    const put = await api.call('PUT', `/companies/${encodeURIComponent(id)}`, { traits: {} });
    expect(put.status).toBe(202);
    await shows(`/companies/${encodeURIComponent(id)}`, { id, traits: {}, contacts: 0 });
  }
  const ids: string[] = [];
  for (let next: string | null = ''; next !== null;) {
    const { body }: Reply<{ items: { id: string }[]; next: string | null }> = await api.call(
      'GET',
      `/companies?limit=1${next && `&cursor=${next}`}`,
    );
    ids.push(...body.items.map(({ id }) => id));
    next = body.next;
  }
  expect([...ids].sort()).toEqual(['a/b c', 'acme', 'big', long].sort());
});

it('are not named by what stands for nobody, nor found before they are known', async () => {
  for (const id of ['null', 'undefined', '%20']) {
    expect((await api.call('PUT', `/companies/${id}`, { traits: {} })).status).toBe(422);
    expect((await api.call('GET', `/companies/${id}`)).status).toBe(404);
  }
  expect((await api.call('PATCH', '/companies/nowhere', { traits: {} })).status).toBe(404);
  const { status, body } = await api.call('PUT', '/companies/acme', { traits: { n: 1e300 } });
  expect([status, body.problems[0].path]).toEqual([422, 'traits.n']);
});

it('are written by publishers and read by everybody with a key', async () => {
  const write = () => api.call('PATCH', '/companies/acme', { traits: {} }, { role: 'author' });
  expect((await write()).status).toBe(403);
  expect((await api.call('GET', '/companies', undefined, { role: 'read' })).status).toBe(200);
});
