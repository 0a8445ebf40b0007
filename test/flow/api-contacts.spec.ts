import { loadSettings, openLog, type Resources, type RunningApp } from '@entente/runtime';
import { openPostgresStream, type Stream } from '@entente/stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEngine } from '../../apps/engine/start';
import { TestApi } from '../support/api';

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
  await api.call('PUT', '/topics/newsletter', { name: 'Newsletter' });
});
afterAll(async () => {
  await engine.close();
  await stream.close();
  await api.close();
});

/** Asks until the answer fits, for what the engine does meanwhile. */
async function eventually<T>(ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T> {
  for (const end = Date.now() + 15_000; ; await sleep(50)) {
    const answer = await ask();
    if (fits(answer) || Date.now() > end) return answer;
  }
}

const ana = '/contacts/email:ana@example.com';
const read = (path: string) => api.call('GET', path);
const evidence = { page: 'https://shop.example/signup', wording: 'nl-fr@3' };

describe('contacts', () => {
  it('makes one under an address, in one spelling, and shows it by any identity', async () => {
    const put = await api.call('PUT', '/contacts/email:Ana@Example.com', {
      traits: { firstName: 'Ana', country: 'FR', phone: '+33 6 12 34 56 78' },
    });
    expect([put.status, put.body.contact]).toEqual([202, 'email:ana@example.com']);
    const { body } = await eventually(
      () => read(ana),
      ({ status }) => status === 200,
    );
    expect(body).toMatchObject({
      email: 'ana@example.com',
      traits: { firstName: 'Ana', country: 'FR', phone: '+33612345678', email: 'ana@example.com' },
    });
    expect(body.identities).toEqual(expect.arrayContaining(['email:ana@example.com']));
    expect((await read(`/contacts/${body.id}`)).body).toEqual(body);
  });

  it('merges with PATCH, replaces with PUT, and takes back with null', async () => {
    expect((await api.call('PATCH', ana, { traits: { firstName: null, city: 'Lyon' } })).status).toBe(202);
    const patched = await eventually(
      () => read(ana),
      ({ body }) => body.traits.city === 'Lyon',
    );
    expect(patched.body.traits).toMatchObject({ country: 'FR', city: 'Lyon' });
    expect(patched.body.traits.firstName ?? null).toBeNull();
    await api.call('PUT', ana, { traits: { city: 'Paris' } });
    const replaced = await eventually(
      () => read(ana),
      ({ body }) => body.traits.city === 'Paris',
    );
    expect(replaced.body.traits.country ?? null).toBeNull();
    expect(replaced.body).toMatchObject({ email: 'ana@example.com', traits: { phone: '+33612345678' } });
  });

  it.each([
    ['C01', '/contacts/email:a@x.fr,b@y.fr', {}],
    ['C03', '/contacts/email:%22a b%22@x.fr', {}],
    ['C07', '/contacts/email:a@localhost', {}],
    ['C02', '/contacts/user:7', { email: 'a@x.fr\r\nBcc: e@e' }],
    ['C14', '/contacts/user:7', { phone: 'call me' }],
    ['E19', '/contacts/user:7', { email: ['a@x.fr'] }],
    ['E09', '/contacts/user:7', { constructor: 1 }],
    ['E16', '/contacts/user:null', {}],
    ['E18', '/contacts/user:7', Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`t${i}`, 1]))],
  ])('%s: answers 422 to PUT %s', async (_row, path, traits) => {
    expect((await api.call('PUT', path, { traits })).status).toBe(422);
  });

  it('A01: answers 404 to identities of nobody', async () => {
    for (const who of ['id:999999', 'id:0', 'user:nobody-yet', 'email:x@y.example', 'nonsense', 'id:1;drop'])
      expect((await read(`/contacts/${encodeURIComponent(who)}`)).status).toBe(404);
    expect((await api.call('PATCH', '/contacts/user:nobody-yet', { traits: {} })).status).toBe(404);
  });

  it('merges two identities, and takes the merge back', async () => {
    for (const user of ['twin-1', 'twin-2'])
      await api.call('PUT', `/contacts/user:${user}`, { traits: { user } });
    const ids = async () => [
      (await read('/contacts/user:twin-1')).body?.id,
      (await read('/contacts/user:twin-2')).body?.id,
    ];
    const [one, two] = await eventually(ids, (both) => both.every((id) => id !== undefined));
    const dry = await api.call('POST', '/contacts/user:twin-1/merge', { with: 'user:twin-2', dryRun: true });
    expect(dry.body).toEqual({ contacts: [one, two], accepted: null, dryRun: true });
    expect((await api.call('POST', '/contacts/user:twin-1/merge', { with: 'user:twin-2' })).status).toBe(202);
    const [merged] = await eventually(ids, ([a, b]) => a === b);
    expect((await read(`/contacts/${merged === one ? two : one}`)).body.id).toBe(merged);
    expect((await api.call('POST', '/contacts/user:twin-1/merge', { with: 'user:twin-2' })).status).toBe(409);
    expect((await api.call('POST', '/contacts/user:twin-1/split', { from: 'user:twin-2' })).status).toBe(202);
    expect(await eventually(ids, ([a, b]) => a !== b)).toEqual([one, two]);
    expect((await api.call('POST', '/contacts/user:twin-1/merge', { with: 'id:1' })).status).toBe(422);
  });

  it('keeps addresses out of the audit log', async () => {
    await read(ana);
    const rows = await api.test.database.query<{ target: string }>(`SELECT target FROM audit_entry`);
    expect(rows.filter(({ target }) => target.includes('@'))).toEqual([]);
    expect(rows.some(({ target }) => /^contacts\/id:\d+$/.test(target))).toBe(true);
  });

  it('C12: lists as JSON and as CSV whose cells no spreadsheet runs', async () => {
    await api.call('PUT', '/contacts/user:%3Dcmd', { traits: { email: '+33@example.com' } });
    await eventually(
      () => read('/contacts/user:%3Dcmd'),
      ({ status }) => status === 200,
    );
    const { body } = await read('/contacts?limit=1');
    expect([body.items.length, typeof body.next]).toEqual([1, 'string']);
    const csv = await api.call('GET', '/contacts', undefined, { headers: { accept: 'text/csv' } });
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(csv.text.split('\r\n')[0]).toBe('"id","email","createdAt","segments","traits"');
    expect(csv.text).toContain(`"'+33@example.com"`);
    expect((await read('/contacts?segment=none')).status).toBe(400);
  });
});

describe('permissions', () => {
  const post = (path: string, body: object) => api.call('POST', `${path}/permissions`, body);
  const grant = { topic: 'newsletter', act: 'grant', evidence };

  it('records acts with evidence, for somebody new too, and shows the ledger', async () => {
    const granted = await post('/contacts/email:new@example.com', grant);
    expect([granted.status, granted.body.state]).toEqual([200, 'granted']);
    const confirmed = await post('/contacts/email:new@example.com', { ...grant, act: 'confirm' });
    expect(confirmed.body.state).toBe('confirmed');
    const shown = await eventually(
      () => read('/contacts/email:new@example.com/permissions'),
      ({ body }) => body.topics?.[0]?.allowed === true,
    );
    expect(shown.body.topics).toEqual([
      { topic: 'newsletter', state: 'confirmed', allowed: true, entry: confirmed.body.entry },
    ]);
    expect(
      shown.body.entries.map((entry: { act: string; evidence: unknown }) => [entry.act, entry.evidence]),
    ).toEqual([
      ['granted', evidence],
      ['confirmed', evidence],
    ]);
  });

  it('lets a withdrawal stand against a later grant by API', async () => {
    expect((await post('/contacts/email:new@example.com', { topic: '*', act: 'withdraw' })).body.state).toBe(
      'withdrawn',
    );
    const again = await post('/contacts/email:new@example.com', grant);
    expect([again.status, again.body.problems[0].path]).toEqual([409, 'act']);
    const { body } = await read('/contacts/email:new@example.com/permissions');
    expect(body.topics[0].allowed).toBe(false);
    expect(body.suppressions.length).toBeGreaterThan(0);
  });

  it('honors the withdrawal of somebody it has never heard of', async () => {
    const { status } = await post('/contacts/email:stranger@example.com', {
      topic: 'newsletter',
      act: 'withdraw',
    });
    expect(status).toBe(200);
    expect((await post('/contacts/email:stranger@example.com', grant)).status).toBe(409);
  });

  it.each([
    [{ ...grant, evidence: {} }, 'evidence'],
    [{ topic: 'newsletter', act: 'grant' }, 'evidence'],
    [{ ...grant, topic: 'nothing' }, 'topic'],
    [{ ...grant, topic: '*' }, 'topic'],
    [{ ...grant, act: 'object' }, 'act'],
    [{ ...grant, claimedAt: '2026-02-30T00:00:00Z' }, 'claimedAt'],
    [{ ...grant, claimedAt: '2999-01-01T00:00:00Z' }, 'claimedAt'],
  ])('answers 422 to %j', async (body, path) => {
    const reply = await post('/contacts/email:bad@example.com', body);
    expect([reply.status, reply.body.problems[0].path]).toEqual([422, path]);
  });

  it('refuses what is not there yet as unknown', async () => {
    expect((await post('/contacts/email:bad@example.com', { ...grant, confirm: 'double' })).status).toBe(400);
  });
});

describe('why and timeline', () => {
  it('says why somebody is in a segment, condition by condition', async () => {
    await api.call('PUT', '/segments/parisians', { rule: { trait: 'city', eq: 'Paris' } });
    const why = await eventually(
      () => read(`${ana}/why?segment=parisians`),
      ({ body }) => body.segment?.member === true,
    );
    expect(why.body.segment).toMatchObject({ key: 'parisians', member: true, because: { value: true } });
    const other = await read('/contacts/email:new@example.com/why?segment=parisians');
    expect(other.body.segment).toMatchObject({ member: false, because: { value: false } });
    const members = await eventually(
      () => read('/segments/parisians/members'),
      ({ body }) => body.items.length > 0,
    );
    expect(members.body.items).toEqual([expect.objectContaining({ email: 'ana@example.com' })]);
    const csv = await api.call('GET', '/segments/parisians/members', undefined, {
      headers: { accept: 'text/csv' },
    });
    expect(csv.text.trim().split('\r\n')).toHaveLength(2);
  });

  it('says why somebody will not get a broadcast', async () => {
    await api.call('PUT', '/sending-domains/shop.example', {});
    await api.call('PUT', '/from-addresses/shop', { name: 'Shop', address: 'news@shop.example' });
    await api.call('PUT', '/templates/news', { subject: 'News', html: '<p>News</p>' });
    const at = new Date(Date.now() + 1_500).toISOString();
    const audience = { segment: 'parisians' };
    await api.call('PUT', '/broadcasts/news', {
      topic: 'newsletter',
      from: 'shop',
      audience,
      template: 'news',
      at,
    });
    const counted = await read('/broadcasts/news/audience');
    expect(counted.body).toMatchObject({ audience: 1, willGet: 0, wont: { 'no-permission': 1 } });
    const before = await read(`${ana}/why?broadcast=news`);
    expect(before.body).toMatchObject({
      sent: false,
      stage: 'not-started',
      gate: 'permission',
      segment: { member: true },
    });
    expect((await api.call('POST', '/broadcasts/news/publish')).status).toBe(200);
    const why = await eventually(
      () => read(`${ana}/why?broadcast=news`),
      ({ body }) => body.stage === 'gate',
    );
    expect(why.body).toMatchObject({
      sent: false,
      stage: 'gate',
      gate: 'permission',
      reason: 'no-permission',
    });
    const report = await eventually(
      () => read('/broadcasts/news/report'),
      ({ body }) => body.done === true,
    );
    expect(report.body).toMatchObject({
      audience: 1,
      notQueued: { 'no-permission': 1 },
      queued: 0,
      closes: true,
    });
    const csv = await api.call('GET', '/broadcasts/news/report', undefined, {
      headers: { accept: 'text/csv' },
    });
    expect(csv.text).toContain('"notQueued","no-permission","1"');
    const ledger = await read('/messages?campaign=news');
    expect(ledger.body.items).toEqual([
      expect.objectContaining({ status: 'not-queued', reason: 'no-permission' }),
    ]);
    expect((await read(`/messages/${ledger.body.items[0].id}`)).body.status).toBe('not-queued');
  });

  it('refuses a question about nothing or about two things', async () => {
    for (const query of ['', '?segment=a&campaign=b', '?segment=A%20B'])
      expect((await read(`${ana}/why${query}`)).status).toBeGreaterThanOrEqual(400);
    expect((await read(`${ana}/why?segment=none`)).status).toBe(404);
  });

  it('shows a timeline over all kinds, the latest first, page by page', async () => {
    const all = await read(`${ana}/timeline?limit=100`);
    const kinds = new Set(all.body.items.map(({ kind }: { kind: string }) => kind));
    expect([...kinds].sort()).toEqual(['enrollment', 'event', 'membership', 'message']);
    const times = all.body.items.map(({ at }: { at: string }) => at);
    expect(times).toEqual([...times].sort().reverse());
    const enrolled = all.body.items.find(({ kind }: { kind: string }) => kind === 'enrollment').what.cause;
    expect(enrolled).toEqual({ kind: 'planned', at: expect.stringMatching(/^20.*Z$/) });
    const paged: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body }: { body: { items: unknown[]; next: string | null } } = await read(
        `${ana}/timeline?limit=2${cursor && `&cursor=${cursor}`}`,
      );
      paged.push(...body.items);
      cursor = body.next;
    }
    expect(paged).toEqual(all.body.items);
    const only = await read('/contacts/email:new@example.com/timeline?kind=permission');
    expect(only.body.items[0]).toMatchObject({ kind: 'permission', what: { act: 'withdrawn' } });
  });
});

describe('messages of unknown outcome', () => {
  it('are settled once, by a person with evidence', async () => {
    const { database } = api.test;
    const [row] = await database.query<{ contact_id: string; id: string }>(
      'SELECT contact_id, id FROM message LIMIT 1',
    );
    await database.run(`UPDATE message SET status = 'unknown', reason = NULL WHERE id = $1`, [row!.id]);
    const path = `/messages/${row!.contact_id}.${row!.id}/settle`;
    expect((await api.call('POST', path, { as: 'sent' })).status).toBe(422);
    const settled = await api.call('POST', path, { as: 'sent', evidence: 'log of the mail server' });
    expect(settled.body).toMatchObject({
      status: 'sent',
      reason: 'settled-by-hand',
      reply: 'log of the mail server',
    });
    expect((await api.call('POST', path, { as: 'failed', evidence: 'x' })).status).toBe(409);
  });
});

describe('set-aside records', () => {
  const setAside = async (messageId: string) => {
    const fact = {
      v: 1,
      type: 'track',
      source: 2,
      messageId,
      userId: 'replayed',
      name: 'X',
      timestamp: Date.now(),
    };
    const [row] = await api.test.database.query<{ id: string }>(
      `INSERT INTO set_aside (consumer, topic, partition, position, key, record, arrival, reason)
       VALUES ('engine', 'events', 0, $1, 'user:replayed', $2::jsonb, now(), 'test') RETURNING id`,
      [Math.floor(Math.random() * 1e9), JSON.stringify(fact)],
    );
    return row!.id;
  };

  it('are read, replayed once, or dropped', async () => {
    const [replayed, dropped] = [await setAside('a'), await setAside('b')];
    const open = await read('/set-aside?limit=1');
    expect([open.body.items.length, typeof open.body.next]).toEqual([1, 'string']);
    expect((await read(`/set-aside?limit=1&cursor=${open.body.next}`)).body.next).toBeNull();
    expect((await api.call('POST', `/set-aside/${replayed}/replay`)).body.resolution).toBe('replayed');
    expect((await api.call('POST', `/set-aside/${replayed}/drop`)).status).toBe(409);
    expect((await api.call('POST', `/set-aside/${dropped}/drop`)).body.resolution).toBe('dropped');
    const found = await eventually(
      () => read('/contacts/user:replayed'),
      ({ status }) => status === 200,
    );
    expect(found.status).toBe(200);
    expect((await read('/set-aside')).body.items).toEqual([]);
    expect((await read('/set-aside?state=resolved')).body.items).toHaveLength(2);
  });
});
