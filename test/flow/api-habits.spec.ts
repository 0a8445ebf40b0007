import { request } from 'node:http';
import { dropOldRequests } from '@entente/storage';
import { TestApi } from '../support/api';

let api: TestApi;
beforeAll(async () => (api = await TestApi.start()));
afterAll(() => api.close());

const newsletter = { name: 'Newsletter', description: 'News, once a month.' };

describe('a content type without a body', () => {
  const post = async (path: string) => {
    const headers = { authorization: `Bearer ${await api.key('admin')}`, 'content-type': 'application/json' };
    const response = await fetch(`${api.url}${path}`, { method: 'POST', headers });
    return [response.status, ((await response.json()) as { title: string }).title];
  };

  it('is none: routes that take one refuse it, and others do not', async () => {
    expect((await post('/segments/preview'))[0]).toBe(400);
    expect(await post('/broadcasts/nothing/publish')).toEqual([404, 'Not found']);
  });
});

describe('keys', () => {
  it('A02: refuses a call without a key, with a wrong one, or with one in the query', async () => {
    for (const headers of [
      { authorization: '' },
      { authorization: 'Bearer wrong' },
      { authorization: 'Basic YTpi' },
    ]) {
      const { status, body } = await api.call('GET', '/topics', undefined, { headers });
      expect([status, body.type]).toEqual([401, 'urn:entente:unauthorized']);
    }
    expect((await api.call('GET', `/topics?key=${await api.key('admin')}`)).status).toBe(400);
  });

  it('A02: refuses two Authorization headers', async () => {
    const key = `Bearer ${await api.key('admin')}`;
    const status = await new Promise<number | undefined>((answered, failed) =>
      request(`${api.url}/topics`, { headers: ['host', 'x', 'authorization', key, 'authorization', key] })
        .on('response', (response) => answered(response.resume().statusCode))
        .on('error', failed)
        .end(),
    );
    expect(status).toBe(400);
  });

  it('A02: refuses a revoked key at once', async () => {
    const made = await api.call('POST', '/keys', { name: 'short-lived', role: 'read' });
    const headers = { authorization: `Bearer ${made.body.secret}` };
    expect((await api.call('GET', '/topics', undefined, { headers })).status).toBe(200);
    expect((await api.call('DELETE', `/keys/${made.body.id}`)).status).toBe(204);
    expect((await api.call('GET', '/topics', undefined, { headers })).status).toBe(401);
  });

  it('A03: lets nobody but an admin make keys, and nobody revoke the last admin', async () => {
    const refused = await api.call('POST', '/keys', { name: 'x', role: 'admin' }, { role: 'publisher' });
    expect(refused.status).toBe(403);
    const { body } = await api.call('GET', '/keys');
    const admin = body.items.find((key: { role: string }) => key.role === 'admin');
    expect((await api.call('DELETE', `/keys/${admin.id}`)).status).toBe(409);
  });

  it('lets a role do what it may and no more', async () => {
    expect((await api.call('GET', '/topics', undefined, { role: 'read' })).status).toBe(200);
    expect((await api.call('PUT', '/topics/x', newsletter, { role: 'author' })).status).toBe(403);
    expect((await api.call('GET', '/topics', undefined, { role: 'ingest' })).status).toBe(403);
  });

  it('A06: bounds the tries with wrong keys, and leaves right ones alone', async () => {
    const wrong = () =>
      api.call('GET', '/topics', undefined, { headers: { authorization: `Bearer ${Math.random()}` } });
    const statuses = new Set<number>();
    for (let i = 0; i < 30; i += 1) statuses.add((await wrong()).status);
    expect(statuses).toEqual(new Set([401, 429]));
    expect((await api.call('GET', '/topics')).status).toBe(200);
  });

  it('records every call without who it was about', async () => {
    await api.call('PUT', '/topics/audited', newsletter);
    const { body } = await api.call('GET', '/audit?limit=1');
    expect(body.items[0]).toMatchObject({
      method: 'PUT',
      route: '/api/v1/topics/:key',
      target: 'topics/audited',
      status: 201,
    });
  });
});

describe('bodies', () => {
  it.each([
    ['E01', ''],
    ['E01', 'null'],
    ['E01', '[]'],
    ['E01', '"x"'],
    ['E02', '{"name":"x",}'],
    ['E02', '{"name":NaN}'],
    ['E03', `{"a":${'['.repeat(70)}${']'.repeat(70)}}`],
    ['E11', '{"name":"x","tenantId":"1"}'],
    ['E11', '{"name":"x","createdAt":"2026-01-01T00:00:00Z"}'],
  ])('%s: answers 400 to %s', async (_row, body) => {
    const reply = await api.call('PUT', '/topics/bad', body);
    expect([reply.status, reply.headers.get('content-type')]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ]);
  });

  it.each([
    ['E07', '{"name":"a\\u0000b"}', 'nul'],
    ['E08', '{"name":"\\ud800"}', 'surrogate'],
    ['E09', '{"name":"x","__proto__":{"admin":true}}', 'forbidden-key'],
    ['E19', '{"name":["x"]}', 'type'],
  ])('%s: answers 422 to %s', async (_row, sent, code) => {
    const { status, body } = await api.call('PUT', '/topics/bad', sent);
    expect([status, body.problems[0].code]).toEqual([422, code]);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });

  it('E06: answers 415 to other content types', async () => {
    for (const type of ['text/plain', 'application/xml', 'application/json; charset=utf-7']) {
      const { status } = await api.call('PUT', '/topics/x', '{}', { headers: { 'content-type': type } });
      expect(status).toBe(415);
    }
  });

  it('tells all problems at once', async () => {
    const { status, body } = await api.call('PUT', '/sources/shop', { trusted: 'yes', precedence: -1 });
    expect(status).toBe(422);
    expect(
      body.problems.map((problem: { path: string; code: string }) => [problem.path, problem.code]),
    ).toEqual([
      ['name', 'missing'],
      ['trusted', 'type'],
      ['precedence', 'too-small'],
    ]);
  });

  it('E07: answers 4xx to %00 and broken escapes in an address', async () => {
    for (const path of [
      '/topics/a%00b',
      '/topics/%ff',
      '/topics/..%2f..%2fx',
      `/topics/${'x'.repeat(5_000)}`,
    ])
      expect((await api.call('GET', path)).status).toBeLessThan(500);
  });
});

describe('edits', () => {
  it('creates with 201, replaces with 200, and gives an ETag that PUT, PATCH and GET share', async () => {
    const created = await api.call('PUT', '/topics/edited', newsletter);
    expect([created.status, created.headers.get('etag')]).toEqual([201, '"1"']);
    const replaced = await api.call('PUT', '/topics/edited', { name: 'News' });
    expect([replaced.status, replaced.headers.get('etag'), replaced.body.description]).toEqual([
      200,
      '"2"',
      '',
    ]);
    const patched = await api.call('PATCH', '/topics/edited', { description: 'Again.' });
    expect([patched.body.name, patched.body.description]).toEqual(['News', 'Again.']);
    const read = await api.call('GET', '/topics/edited');
    expect([read.headers.get('etag'), read.body]).toEqual(['"3"', patched.body]);
  });

  it('refuses an edit of something that changed meanwhile', async () => {
    await api.call('PUT', '/topics/raced', newsletter);
    await api.call('PUT', '/topics/raced', newsletter);
    const tries: Record<string, string>[] = [
      { 'if-match': '"1"' },
      { 'if-match': 'W/"2"' },
      { 'if-none-match': '*' },
    ];
    for (const headers of tries)
      expect((await api.call('PUT', '/topics/raced', newsletter, { headers })).status).toBe(412);
    const fine = await api.call('PUT', '/topics/raced', newsletter, { headers: { 'if-match': '"2"' } });
    expect(fine.headers.get('etag')).toBe('"3"');
    const broken = await api.call('PUT', '/topics/raced', newsletter, { headers: { 'if-match': '3' } });
    expect(broken.status).toBe(400);
  });

  it('lets one of two racing creations win', async () => {
    const headers = { 'if-none-match': '*' };
    const put = () => api.call('PUT', '/topics/race', newsletter, { headers });
    const statuses = (await Promise.all([put(), put(), put()])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 412, 412]);
  });
});

describe('Idempotency-Key', () => {
  const post = (body: object, key: string) =>
    api.call('POST', '/keys', body, { headers: { 'idempotency-key': key } });

  it('E15: answers a repetition with the same and gives a secret once', async () => {
    const first = await post({ name: 'once', role: 'read' }, 'a');
    const again = await post({ name: 'once', role: 'read' }, 'a');
    expect([first.status, again.status, again.body.id]).toEqual([201, 201, first.body.id]);
    expect([typeof first.body.secret, again.body.secret]).toEqual(['string', null]);
    expect((await post({ name: 'other', role: 'read' }, 'a')).status).toBe(422);
  });

  it('E15: lets one of two at once run', async () => {
    const both = await Promise.all([
      post({ name: 'both', role: 'read' }, 'b'),
      post({ name: 'both', role: 'read' }, 'b'),
    ]);
    const { body } = await api.call('GET', '/keys?limit=500');
    expect(body.items.filter(({ name }: { name: string }) => name === 'both')).toHaveLength(1);
    for (const { status } of both) expect([201, 409]).toContain(status);
  });

  it('lets a request that failed be corrected under the same key', async () => {
    expect((await post({ name: '', role: 'read' }, 'c')).status).toBe(422);
    expect((await post({ name: 'fine', role: 'read' }, 'c')).status).toBe(201);
  });

  it('forgets an answer after a day', async () => {
    const first = await post({ name: 'old', role: 'read' }, 'd');
    await api.test.database.run(
      `UPDATE idempotent_request SET created_at = now() - interval '25 hours' WHERE key = 'd'`,
    );
    expect(await dropOldRequests(api.test.database)).toBe(1);
    expect((await post({ name: 'old', role: 'read' }, 'd')).body.id).not.toBe(first.body.id);
  });
});

describe('lists', () => {
  it('goes through all pages, once each, while others write', async () => {
    for (let i = 0; i < 7; i += 1) await api.call('PUT', `/topics/list-${i}`, newsletter);
    const keys: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body }: { body: { items: { key: string }[]; next: string | null } } = await api.call(
        'GET',
        `/topics?limit=3${cursor && `&cursor=${cursor}`}`,
      );
      keys.push(...body.items.map(({ key }) => key));
      await api.call('PUT', '/topics/a-new-one', newsletter);
      cursor = body.next;
    }
    expect(keys.filter((key) => key.startsWith('list-'))).toHaveLength(7);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each([
    '?order=name',
    '?limit=0',
    '?limit=501',
    '?limit=x',
    '?cursor=%00',
    '?cursor=W10',
    '?limit=1&limit=2',
  ])('S05: refuses %s', async (query) => {
    expect((await api.call('GET', `/topics${query}`)).status).toBe(400);
  });
});
