import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Analytics } from '@segment/analytics-node';
import type { Fact } from '@entente/event';
import { addKey, revokeKey } from '@entente/storage';
import { StreamBusy } from '@entente/stream';
import { testIngest, type TestIngest } from '../support/ingest';

const JSON_TYPE = { 'content-type': 'application/json' };

let ingest: TestIngest;
let writeKey: string;
let source: number;
const stored: TestIngest['stored'] = (field, like) => ingest.stored(field, like);

beforeAll(async () => {
  ingest = await testIngest();
  ({ writeKey, source } = ingest);
});
afterAll(() => ingest?.close());
beforeEach(() => (ingest.trouble = undefined));

const basic = (key = writeKey) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

async function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = { ...JSON_TYPE, ...basic() },
): Promise<Answer> {
  const raw =
    typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body);
  const response = await fetch(`${ingest.url}${path}`, { method: 'POST', body: raw, headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text && JSON.parse(text) };
}

const track = (more: object = {}) => ({ userId: 'u1', event: 'Tried', ...more });

describe('the calls of the spec', () => {
  it.each([
    ['identify', 'i', { userId: 'u1', traits: { plan: 'pro' } }],
    ['track', 't', { userId: 'u1', event: 'Order Completed', properties: { total: 12.5 } }],
    ['page', 'p', { anonymousId: 'a1', name: 'Home' }],
    ['screen', 's', { anonymousId: 'a1', name: 'Start' }],
    ['group', 'g', { userId: 'u1', groupId: 'g1', traits: { name: 'Shop' } }],
    ['alias', 'a', { userId: 'u1', previousId: 'a1' }],
  ])('%s is in the log when it is answered, under each of its paths', async (type, letter, item) => {
    for (const path of [`/v1/${type}`, `/v1/${letter}`, `/${letter}`]) {
      const messageId = `call-${type}${path}`;
      const answer = await post(path, { ...item, messageId });
      expect(answer).toMatchObject({ status: 200, body: { success: true, accepted: 1, errors: [] } });
      const [fact] = await stored('messageId', messageId);
      expect(fact).toMatchObject({ v: 1, type, source, messageId });
      expect(fact!.key).toBe('userId' in item ? 'user:u1' : 'anonymous:a1');
    }
  });

  it.each(['/v1/batch', '/v1/b', '/b', '/v1/import', '/v1/import/'])(
    'a batch to %s keeps its order',
    async (path) => {
      const name = `Ordered${path}`;
      const batch = Array.from({ length: 50 }, (_, i) => ({
        type: 'track',
        userId: 'u1',
        event: name,
        messageId: `${path}${i}`,
      }));
      expect((await post(path, { batch, sentAt: new Date() })).body).toEqual({
        success: true,
        accepted: 50,
        errors: [],
      });
      expect((await stored('name', name)).map(({ messageId }) => messageId)).toEqual(
        batch.map((item) => item.messageId),
      );
    },
  );

  it('takes the write key from the body, where browsers put it', async () => {
    expect((await post('/v1/t', { ...track(), writeKey }, { 'content-type': 'text/plain' })).status).toBe(
      200,
    );
  });

  it('corrects a clock that is wrong, by sentAt', async () => {
    const hourAgo = Date.now() - 3_600_000;
    const wrong = (instant: number) => new Date(instant - 400 * 86_400_000).toISOString();
    await post('/v1/batch', {
      batch: [{ type: 'track', ...track({ event: 'Skewed', timestamp: wrong(hourAgo) }) }],
      sentAt: wrong(Date.now()),
    });
    const [fact] = await stored('name', 'Skewed');
    expect(Math.abs(fact!.timestamp - hourAgo)).toBeLessThan(5_000);
  });

  it('stores nothing of the request itself', async () => {
    await post(
      '/v1/track',
      track({ event: 'Bare', ip: '1.2.3.4', source: 1, contact: ['id:1'], context: { page: { path: '/' } } }),
    );
    const [{ messageId, timestamp, key, ...fact }] = (await stored('name', 'Bare')) as [
      Fact & { key: string },
    ];
    expect(fact).toEqual({
      v: 1,
      type: 'track',
      source,
      userId: 'u1',
      name: 'Bare',
      context: { page: { path: '/' } },
    });
    expect([typeof messageId, typeof timestamp, key]).toEqual(['string', 'number', 'user:u1']);
  });
});

describe('official clients', () => {
  it('@segment/analytics-node delivers every call', async () => {
    const client = new Analytics({ writeKey, host: ingest.url, flushAt: 15 });
    const failed: unknown[] = [];
    client.on('error', (error) => failed.push(error));
    for (let i = 0; i < 40; i += 1)
      client.track({ userId: `node-${i}`, event: 'From Node', properties: { i } });
    client.identify({ userId: 'node-0', traits: { email: 'ana@x.fr' } });
    client.page({ anonymousId: 'node-a', name: 'Home' });
    client.group({ userId: 'node-0', groupId: 'g' });
    client.alias({ userId: 'node-0', previousId: 'node-a' });
    await client.closeAndFlush({ timeout: 10_000 });
    expect(failed).toEqual([]);
    const facts = await stored('name', 'From Node');
    expect(new Set(facts.map(({ properties }) => properties!.i)).size).toBe(40);
    expect(facts).toHaveLength(40);
  });

  it('the browser SDK is told to send here and nowhere else', async () => {
    const response = await fetch(`${ingest.url}/v1/projects/${writeKey}/settings`, {
      headers: { origin: 'https://shop.example' },
    });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    const settings = (await response.json()) as { integrations: Record<string, object>; metrics: object };
    const host = new URL(ingest.url).host;
    expect(settings.integrations).toEqual({
      'Segment.io': expect.objectContaining({
        apiKey: writeKey,
        apiHost: `${host}/v1`,
        protocol: 'http',
      }) as object,
    });
    expect(settings.metrics).toEqual({ sampleRate: 0, host: `${host}/v1` });
    expect((await fetch(`${ingest.url}/v1/projects/wrong/settings`)).status).toBe(404);
  });

  it('pages of any origin may send, without credentials', async () => {
    const response = await fetch(`${ingest.url}/v1/t`, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    for (const header of ['authorization', 'content-type', 'x-retry-count'])
      expect(response.headers.get('access-control-allow-headers')).toContain(header);
    const refused = await post('/v1/t', track(), JSON_TYPE);
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, '*']);
  });
});

describe('write keys', () => {
  it('are needed', async () => {
    expect((await post('/v1/track', track(), JSON_TYPE)).status).toBe(401);
    expect((await post('/v1/track', track(), { ...JSON_TYPE, ...basic('wrong') })).status).toBe(401);
    expect(
      (await post('/v1/track', track(), { ...JSON_TYPE, authorization: `Bearer ${writeKey}` })).status,
    ).toBe(401);
    expect((await post('/v1/track', track({ writeKey: 5 }), JSON_TYPE)).status).toBe(401);
  });

  it('of another role send nothing, nor do revoked ones', async () => {
    const admin = await addKey(ingest.database, { name: 'a', role: 'admin' });
    expect((await post('/v1/track', track(), { ...JSON_TYPE, ...basic(admin.secret) })).status).toBe(401);
    const gone = await addKey(ingest.database, { name: 'b', role: 'ingest', sourceId: source });
    await revokeKey(ingest.database, gone.key.id);
    expect((await post('/v1/track', track(), { ...JSON_TYPE, ...basic(gone.secret) })).status).toBe(401);
  });
});

describe('bad input', () => {
  const raw = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
    post('/v1/track', body, { ...JSON_TYPE, ...basic(), ...headers });
  /** Work that takes at most this much of the processor, client included: the clock on the wall depends on the neighbors. */
  const within = async (milliseconds: number, work: () => Promise<Answer>): Promise<Answer> => {
    let answer: Answer;
    let best = Infinity;
    // Neighbors slow a processor down too: what counts is that it can be done in that time.
    for (let tries = 0; best >= milliseconds && tries < 4; tries += 1) {
      const start = process.cpuUsage();
      answer = await work();
      const { user, system } = process.cpuUsage(start);
      best = Math.min(best, (user + system) / 1_000);
    }
    expect(best).toBeLessThan(milliseconds);
    return answer!;
  };
  const item = (more: string) => `{"userId":"u1","event":"Bad",${more}}`;

  it.each([
    ...[
      '',
      'null',
      '[]',
      '"x"',
      '5',
      '{',
      '\ufeff{}',
      item('"a":1,'),
      item('"a":NaN'),
      item('"properties":{"a":1e400}'),
    ],
    ...['{}', '{"batch":[]}', `{"userId":"u1","event":"x","writeKey":`],
  ])('E01 E02 %j is 400', async (body) => {
    const { status, headers } = await raw(body);
    expect(status).toBe(400);
    expect(headers.get('content-type')).toMatch('application/problem+json');
  });

  it.each([5_000, 100_000])('E03 depth %d is 400 in less than 50 ms', async (depth) => {
    const half = depth / 2;
    const body = item(
      `"properties":${'{"a":'.repeat(half)}${'['.repeat(half)}${']'.repeat(half)}${'}'.repeat(half)}`,
    );
    await raw('{}');
    expect(await within(50, () => raw(body.slice(0, 500_000)))).toMatchObject({ status: 400 });
  });

  it('E04 too many keys are 413, or 400 where they fit', async () => {
    const keys = (count: number) => `{${Array.from({ length: count }, (_, i) => `"${i}":1`).join()}}`;
    expect((await within(200, () => raw(item(`"properties":${keys(400_000)}`)))).status).toBe(413);
    expect((await within(200, () => raw(item(`"properties":${keys(50_000)}`)))).status).toBe(413);
    expect((await raw(item(`"properties":${keys(2_100)}`))).status).toBe(400);
  });

  it('E05 a body over the limit and a gzip bomb are 413; a gzipped batch is taken', async () => {
    const limit = 500 * 1024;
    const sized = (bytes: number) => `{"batch":[]${' '.repeat(bytes - 12)}}`;
    expect((await post('/v1/batch', sized(limit))).status).toBe(400);
    expect((await post('/v1/batch', sized(limit + 1))).status).toBe(413);
    const gzip = { 'content-encoding': 'gzip' };
    const bomb = gzipSync(Buffer.alloc(200_000_000, 32));
    expect((await within(500, () => raw(bomb, gzip))).status).toBe(413);
    expect((await raw(gzipSync(JSON.stringify(track())), gzip)).status).toBe(200);
    expect((await raw('{}', gzip)).status).toBe(400);
    expect((await raw('{}', { 'content-encoding': 'br' })).status).toBe(415);
  });

  it.each([
    ['text/plain', 200],
    ['text/plain;charset=UTF-8', 200],
    ['application/json; charset="utf-8"', 200],
    ['application/json; charset=utf-7', 415],
    ['application/xml', 415],
    ['multipart/form-data; boundary=x', 415],
  ])('E06 content type %s is %d', async (type, status) =>
    expect((await raw(JSON.stringify(track()), { 'content-type': type })).status).toBe(status),
  );

  it('E06 a missing content type is JSON', async () =>
    expect(
      await wire(
        `POST /v1/track HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${basic().authorization}\r\nContent-Length: 33\r\n\r\n{"userId":"u1","event":"Untyped"}`,
      ),
    ).toMatch(/^HTTP\/1.1 200/));

  it.each([
    ['E07 NUL in a text', item('"properties":{"a":"\\u0000"}')],
    ['E07 NUL in a key', item('"properties":{"\\u0000":1}')],
    ['E07 NUL in an id', '{"userId":"a\\u0000","event":"Bad"}'],
    ['E08 a lone surrogate', item('"properties":{"a":"\\ud800"}')],
    [
      'E09 __proto__',
      '{"userId":"u1","traits":{"__proto__":{"admin":true}}, "event":"Bad","properties":{"__proto__":{"admin":true}}}',
    ],
    ['E09 constructor', item('"properties":{"constructor":{"prototype":{"admin":true}}}')],
    ['E12 2^53+1', item('"properties":{"a":9007199254740993}')],
    ['E12 a long decimal', item(`"properties":{"a":0.${'1'.repeat(20_000)}}`)],
    ['E13 30 February', item('"timestamp":"2026-02-30T00:00:00Z"')],
    ['E13 month 13', item('"timestamp":"2026-13-01T00:00:00Z"')],
    ['E13 epoch milliseconds', item('"timestamp":1763900000000')],
    ['E13 the year 1970', item('"timestamp":"1970-01-20T00:00:00Z"')],
    ['E16 a name of 10 kB', `{"userId":"u1","event":"${'x'.repeat(10_000)}"}`],
    ['E19 an address that is an array', item('"properties":{"email":["a@x.fr"]}')],
    ['"null" as userId', '{"userId":"null","event":"Bad"}'],
    ['nobody', '{"event":"Bad"}'],
    [
      'bytes that are not UTF-8',
      Buffer.from([...Buffer.from('{"userId":"'), 0xff, ...Buffer.from('","event":"Bad"}')]),
    ],
  ])('%s is 400 with its problem', async (_name, body) => {
    const answer = await raw(body);
    expect(answer.status).toBe(400);
    expect(answer.body.problems[0]).toMatchObject({
      path: expect.any(String) as string,
      message: expect.any(String) as string,
    });
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
    expect(await stored('name', 'Bad')).toEqual([]);
  });

  it('an item of more than 32 kB is 413', async () =>
    expect((await raw(item(`"properties":{"a":"${'x'.repeat(33_000)}"}`))).status).toBe(413));

  it('E10 E11 E12 E16 keeps what is odd but sound, exactly', async () => {
    const odd = "😀 \u202e ../ '; DROP TABLE event -- %00";
    const body = `{"userId":"odd","event":${JSON.stringify(odd)},"tenantId":1,"id":2,"properties":{"a":1,"a":2,"role":"x","n":0.1,"big":9007199254740991,"e":"1e3","z":-0}}`;
    expect((await raw(body)).status).toBe(200);
    const [fact] = await stored('name', odd);
    expect(fact).toMatchObject({
      properties: { a: 2, role: 'x', n: 0.1, big: 9007199254740991, e: '1e3', z: 0 },
    });
    expect(fact).not.toHaveProperty('tenantId');
  });

  it('E13 takes a time in the future as it is: event time is clamped to the arrival', async () =>
    expect((await raw(item('"timestamp":"2099-01-01T00:00:00Z","event":"Future"'))).status).toBe(200));

  it('E14 takes a message twice: its effect is once, later', async () => {
    for (const name of ['one', 'one', 'other'])
      expect((await raw(JSON.stringify(track({ messageId: 'twice', properties: { name } })))).status).toBe(
        200,
      );
  });

  it('E17 keeps 999 of a batch with one bad item, and names it', async () => {
    const batch = Array.from({ length: 1_000 }, (_, i) => ({
      type: 'track',
      userId: `b${i}`,
      event: 'Thousand',
      messageId: `t${i}`,
      properties: { total: i },
    }));
    const text = JSON.stringify({ batch }).replace('"total":777', '"total":9007199254740993');
    const answer = await post('/v1/batch', text);
    expect(answer).toMatchObject({ status: 200, body: { success: true, accepted: 999 } });
    expect(answer.body.errors).toEqual([
      {
        index: 777,
        messageId: 't777',
        problems: [expect.objectContaining({ path: 'properties.total', code: 'number' })],
      },
    ]);
    expect(await stored('name', 'Thousand')).toHaveLength(999);
  });

  it('E17 answers 400 when none of a batch is good, naming each', async () => {
    const answer = await post('/v1/batch', {
      batch: [{ type: 'track' }, 5, { type: 'nothing', userId: 'u1' }],
    });
    expect(answer.status).toBe(400);
    const paths = answer.body.problems.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['batch[0].event', 'batch[0].userId', 'batch[1]', 'batch[2].type']),
    );
  });

  it('answers a batch of nothing but garbage in little time and space', async () => {
    const items = Array.from({ length: 4_900 }, () => ({
      type: 'x',
      userId: [],
      anonymousId: {},
      context: 1,
    }));
    const answer = await within(1_000, () =>
      post('/v1/batch', { batch: [...items, { type: 'track', ...track() }] }),
    );
    expect(answer.body.errors).toHaveLength(4_900);
    expect(JSON.stringify(answer.body).length).toBeLessThan(1_500_000);
    expect((await post('/v1/batch', { batch: Array.from({ length: 5_001 }, () => 1) })).status).toBe(413);
    const shared = {
      context: { a: 'x'.repeat(30_000) },
      batch: Array.from({ length: 2_000 }, () => ({ type: 'track', ...track() })),
    };
    expect((await post('/v1/batch', shared)).status).toBe(413);
  });

  it.each([
    [
      'two Content-Length',
      'POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    ],
    [
      'TE and CL',
      'POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    ],
    [
      'a header of 17 kB',
      `GET /v1/projects/x/settings HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(17_000)}\r\n\r\n`,
    ],
    ['//', 'GET // HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['%2e%2e', 'GET /v1/%2e%2e/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    [
      'an absolute target',
      'POST http://evil.example/v1/track HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}',
    ],
    ['a broken path', 'GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['a bad Host', `GET /v1/projects/KEY/settings HTTP/1.1\r\nHost: "><x\r\nConnection: close\r\n\r\n`],
  ])('E20 %s is 4xx', async (_name, request) =>
    expect(await wire(request.replace('KEY', writeKey))).toMatch(/^HTTP\/1.1 4\d\d /),
  );
});

/** What the server answers to bytes as they are. */
function wire(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(ingest.url).port), '127.0.0.1', () => socket.write(request));
    socket.setTimeout(5_000, () => socket.destroy(new Error(`no end after: ${answer}`)));
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.on('error', (error) => (answer ? resolve(answer) : reject(error)));
    socket.on('close', () => resolve(answer));
  });
}

describe('the stream', () => {
  it('that is full makes the sender wait: 429 with Retry-After', async () => {
    ingest.trouble = new StreamBusy(3);
    const answer = await post('/v1/track', track());
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '3']);
  });

  it('that fails is 503 with Retry-After, without a detail', async () => {
    for (const error of [new StreamBusy(3, { cause: new Error('disk full') }), new Error('disk full')]) {
      ingest.trouble = error;
      const answer = await post('/v1/track', track());
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      expect(JSON.stringify(answer.body)).not.toContain('disk');
    }
  });

  it('keeps each of many concurrent requests, once, and none that was not acknowledged', async () => {
    const send = (i: number) =>
      post('/v1/track', { userId: `c${i % 20}`, event: 'Concurrent', messageId: `c${i}`, properties: { i } });
    const answers = await Promise.all(Array.from({ length: 500 }, (_, i) => send(i)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const facts = await stored('name', 'Concurrent');
    expect(facts.map(({ messageId }) => messageId).sort()).toEqual(
      Array.from({ length: 500 }, (_, i) => `c${i}`).sort(),
    );
  });

  it('is counted', async () => {
    const metrics = await (await fetch(`${ingest.url}/metrics`)).text();
    expect(metrics).toMatch(/entente_ingest_items_total\{result="accepted",app="ingest"\} \d+/);
    expect(metrics).toMatch(/entente_ingest_items_total\{result="refused",app="ingest"\} \d+/);
  });
});
