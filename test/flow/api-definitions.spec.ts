import { generateKeyPairSync } from 'node:crypto';
import { openCaptureMailer } from '@entente/mailer';
import { loadSettings } from '@entente/runtime';
import { readGenerationShared } from '@entente/storage';
import { TestApi } from '../support/api';

const mailer = openCaptureMailer();
let api: TestApi;
beforeAll(async () => {
  const settings = { ...loadSettings({}), apiPort: 0, allowedRecipients: ['@corp.example'] };
  api = await TestApi.start({ mailer, settings });
  await api.call('PUT', '/topics/newsletter', { name: 'Newsletter' });
  await api.call('PUT', '/sending-domains/shop.example', {});
  await api.call('PUT', '/from-addresses/shop', { name: 'Shop', address: 'news@shop.example' });
  await api.call('PUT', '/templates/welcome-1', {
    subject: 'Hello {{contact.firstName}}',
    html: '<p>Hello</p>',
  });
});
afterAll(() => api.close());

const swap = () =>
  api.test.database.run(
    `UPDATE segment_version SET status = 'live', live_at = now() WHERE status = 'building'`,
  );
const generation = async () =>
  (await api.test.database.query<{ generation: string }>('SELECT generation FROM definitions'))[0]!
    .generation;

describe('sources', () => {
  it('makes one with a write key that is shown once', async () => {
    const before = await generation();
    expect((await api.call('PUT', '/sources/web', { name: 'Shop', trusted: false })).status).toBe(201);
    expect(await generation()).not.toBe(before);
    const made = await api.call('POST', '/sources/web/write-keys', { name: 'production' });
    expect([made.status, made.body.role, typeof made.body.secret]).toEqual([201, 'ingest', 'string']);
    const { body } = await api.call('GET', '/sources/web/write-keys');
    expect(body.items).toEqual([expect.not.objectContaining({ secret: expect.anything() })]);
    expect((await api.call('DELETE', `/sources/web/write-keys/${made.body.id}`)).status).toBe(204);
    expect((await api.call('DELETE', `/sources/api/write-keys/${made.body.id}`)).status).toBe(404);
  });

  it('leaves Entente itself alone', async () => {
    expect((await api.call('PUT', '/sources/entente', { name: 'x', trusted: false })).status).toBe(409);
    expect((await api.call('POST', '/sources/entente/write-keys', { name: 'x' })).status).toBe(409);
  });
});

describe('sending domains and from addresses', () => {
  it('A03: takes a DKIM key and shows its public half only', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    const put = await api.call('PUT', '/sending-domains/Signed.Example', {
      dkim: { selector: 'e1', privateKey: pem },
    });
    expect([put.status, put.body.domain, put.body.dkim.recordName]).toEqual([
      201,
      'signed.example',
      'e1._domainkey.signed.example',
    ]);
    expect(put.body.dkim.recordValue).toMatch(/^v=DKIM1; k=rsa; p=MII/);
    const kept = await api.call('PUT', '/sending-domains/signed.example', {});
    expect(kept.body.dkim.selector).toBe('e1');
    expect(`${put.text}${kept.text}`).not.toContain('PRIVATE');
    expect((await api.call('PUT', '/sending-domains/signed.example', { dkim: null })).body.dkim).toBeNull();
  });

  it.each([
    ['PUT /sending-domains/x.example', { dkim: { selector: 'a b', privateKey: 'x' } }],
    ['PUT /sending-domains/x.example', { dkim: { selector: 'a', privateKey: 'x' } }],
    ['PUT /sending-domains/localhost', {}],
    ['PUT /from-addresses/x', { name: 'X', address: 'x@other.example' }],
    ['PUT /from-addresses/x', { name: 'X', address: 'a@shop.example, b@shop.example' }],
    ['PUT /from-addresses/x', { name: 'X\r\nBcc: e@e', address: 'a@shop.example' }],
    ['PUT /from-addresses/x', { name: 'X', address: 'a@shop.example\r\nBcc: e@e.example' }],
  ])('answers 422 to %s %j', async (call, body) => {
    const [method, path] = call.split(' ') as [string, string];
    expect((await api.call(method, path, body)).status).toBe(422);
  });
});

describe('templates', () => {
  it('adds a version with each change, and keeps the old ones', async () => {
    const first = await api.call('PUT', '/templates/news', { subject: 'One', html: '<p>1</p>' });
    expect([first.status, first.body.version, first.headers.get('etag')]).toEqual([201, 1, '"1"']);
    const second = await api.call('PATCH', '/templates/news', { subject: 'Two' });
    expect([second.body.version, second.body.html]).toEqual([2, '<p>1</p>']);
    expect(
      (await api.call('PUT', '/templates/news', { subject: 'Two', html: '<p>1</p>' })).body.version,
    ).toBe(2);
    expect((await api.call('GET', '/templates/news/versions/1')).body.subject).toBe('One');
    expect((await api.call('GET', '/templates/news/versions/3')).status).toBe(404);
  });

  it.each([
    ['T04', { subject: 'x', html: { type: 'Program', body: [] } }],
    ['T09', { subject: 'x', html: '{{> partial}}' }],
    ['T09', { subject: 'x', html: '{{unknownHelper a}}' }],
    ['T03', { subject: 'x', html: '{{#if a}}'.repeat(5_000) }],
    ['T05', { subject: 'x', html: '<a href={{contact.x}}>x</a>' }],
  ])('%s: refuses a template that cannot be trusted', async (_row, body) => {
    const { status, body: problem } = await api.call('PUT', '/templates/bad', body);
    expect([status, problem.problems.length > 0]).toEqual([422, true]);
  });

  it('T01: renders what reaches for more than plain data as nothing', async () => {
    const html = '<p>[{{constructor}}{{__proto__}}{{contact.constructor}}]</p>';
    await api.call('PUT', '/templates/reach', { subject: 'x', html });
    const { body } = await api.call('POST', '/templates/reach/preview', {});
    if (body[0]) expect(body[0].html).toContain('[]');
  });

  it('previews for nobody in particular and sends tests to allowed addresses only', async () => {
    const refused = await api.call('POST', '/templates/welcome-1/preview', {
      testTo: ['me@elsewhere.example'],
    });
    expect([refused.status, refused.body.problems[0].path]).toEqual([422, 'testTo[0]']);
    const { status, body } = await api.call('POST', '/templates/welcome-1/preview', {
      testTo: ['Me@corp.example'],
    });
    expect(status).toBe(200);
    expect(body).toEqual([expect.objectContaining({ for: null, subject: 'Hello', problems: [] })]);
    expect(body[0].tests).toEqual([expect.objectContaining({ to: 'me@corp.example', outcome: 'sent' })]);
    const rows = await api.test.database.query('SELECT 1 FROM message');
    expect(rows).toEqual([]);
    expect(mailer.sent.map(({ to, raw }) => [to, raw.toString().includes('Subject: [Test] Hello')])).toEqual([
      ['me@corp.example', true],
    ]);
  });
});

describe('segments', () => {
  const lapsed = { name: 'Lapsed', rule: { not: { event: 'Order Completed', within: 'P30D' } } };

  it('publishes a version that is built, and no new one for the same rule', async () => {
    const before = await generation();
    const made = await api.call('PUT', '/segments/lapsed', lapsed);
    expect([made.status, made.body.state, made.body.version, made.body.size]).toEqual([
      202,
      'building',
      1,
      { estimate: 0, low: 0, high: 0 },
    ]);
    expect(await generation()).not.toBe(before);
    const job = await api.call('GET', `/jobs/${made.body.job}`);
    expect(job.body).toMatchObject({ kind: 'segment-build', target: 'segments/lapsed', status: 'waiting' });
    await swap();
    const live = await api.call('GET', '/segments/lapsed');
    expect(live.body).toMatchObject({
      state: 'live',
      live: { version: 1 },
      size: { estimate: 0, low: 0, high: 0 },
    });
    expect((await api.call('GET', `/jobs/${made.body.job}`)).body).toMatchObject({ status: 'done', done: 1 });
    const renamed = await api.call('PUT', '/segments/lapsed', { ...lapsed, name: 'Away' });
    expect([renamed.status, renamed.body.version, renamed.body.name]).toEqual([200, 1, 'Away']);
  });

  it('takes a rule that was stored in a shorter form for the same', async () => {
    await api.call('PUT', '/segments/changed', { rule: { trait: 'plan', changedWithin: 'P1W' } });
    await api.test.database.run(`UPDATE segment_version SET rule = $1 WHERE segment_key = 'changed'`, [
      JSON.stringify({ trait: 'plan', changedWithin: 'P7D' }),
    ]);
    const written = { trait: 'plan', changed: { withinLast: 'P7D' } };
    const same = await api.call('PUT', '/segments/changed', { rule: written });
    expect([same.status, same.body.version]).toEqual([200, 1]);
    const other = await api.call('PUT', '/segments/changed', { rule: { ...written, eq: 'pro' } });
    expect([other.status, other.body.version, other.body.rule]).toEqual([202, 2, { ...written, eq: 'pro' }]);
    await swap();
  });

  it('replaces a rule as a whole in a merge-patch, too', async () => {
    await api.call('PUT', '/segments/patched', { name: 'Patched', rule: { trait: 'score', lt: 1_000 } });
    const patch = { rule: { trait: 'score', gte: 900 } };
    expect((await api.call('PATCH', '/segments/patched', patch)).body).toMatchObject({
      name: 'Patched',
      rule: patch.rule,
    });
    const all = { rule: { all: [{ trait: 'score', gte: 5 }] } };
    expect((await api.call('PATCH', '/segments/patched', all)).body.rule).toEqual(all.rule);
    expect((await api.call('PATCH', '/segments/patched', { name: 'Again' })).body).toMatchObject({
      name: 'Again',
      ...all,
    });
    expect((await api.call('PATCH', '/segments/patched', { rule: null })).status).toBe(422);
    await swap();
  });

  it('builds anew what names it, itself or through others', async () => {
    await api.call('PUT', '/segments/base', { rule: { trait: 'country', eq: 'FR' } });
    await api.call('PUT', '/segments/middle', { rule: { segment: 'base' } });
    await api.call('PUT', '/segments/top', { rule: { not: { segment: 'middle' } } });
    await swap();
    await api.call('PUT', '/segments/base', { rule: { trait: 'country', eq: 'BE' } });
    const building = await api.test.database.query<{ key: string; version: number }>(
      `SELECT segment_key AS key, version FROM segment_version WHERE status = 'building' ORDER BY 1`,
    );
    expect(building).toEqual([
      { key: 'base', version: 2 },
      { key: 'middle', version: 2 },
      { key: 'top', version: 2 },
    ]);
    await swapAnew();
  });

  const swapAnew = async () => {
    await api.test.database.run(
      `UPDATE segment_version old SET status = 'retired' FROM segment_version b
       WHERE b.status = 'building' AND old.segment_key = b.segment_key AND old.status = 'live'`,
    );
    await swap();
  };

  it('S04: refuses a cycle with its path, deep rules and large ones', async () => {
    const cycle = await api.call('PUT', '/segments/base', { rule: { segment: 'top' } });
    expect([cycle.status, cycle.body.problems[0].code]).toEqual([422, 'segment-cycle']);
    expect(cycle.body.detail).toContain('base → top → middle → base');
    const inside = await api.call('PUT', '/segments/base', {
      rule: { any: [{ trait: 'a', eq: 1 }, { not: { segment: 'middle' } }] },
    });
    expect(inside.body.problems).toMatchObject([{ path: 'rule.any[1].not.segment', code: 'segment-cycle' }]);
    const self = await api.call('PUT', '/segments/selfish', { rule: { segment: 'selfish' } });
    expect(self.status).toBe(422);
    const deep = Array.from({ length: 50 }).reduce((rule) => ({ not: rule }), { trait: 'a', eq: 1 });
    expect((await api.call('PUT', '/segments/deep', { rule: deep })).status).toBe(422);
    const all = Array.from({ length: 4_000 }, (_, i) => ({ trait: 'a', eq: i }));
    expect((await api.call('PUT', '/segments/large', { rule: { all } })).status).toBe(422);
    expect((await api.call('GET', '/segments/large')).status).toBe(404);
  });

  it('refuses unknown segments and fields, with their paths', async () => {
    const { status, body } = await api.call('PUT', '/segments/x', {
      rule: { all: [{ segment: 'nowhere' }, { trait: 'a', eq: 1 }] },
    });
    expect([status, body.problems[0].code]).toEqual([422, 'unknown-segment']);
    const typo = await api.call('PUT', '/segments/x', { rule: { all: [{ event: 'X', whithin: 'P1D' }] } });
    expect(typo.body.problems[0]).toMatchObject({ path: 'rule.all[0].whithin', code: 'unknown-field' });
  });

  it.each(["a'; select pg_sleep(10)--", '"', '$1', 'a->>b', '__proto__', 'constructor'])(
    'S03: takes the trait %s as a name or refuses it',
    async (trait) => {
      const started = Date.now();
      const { status } = await api.call('PUT', '/segments/injected', { rule: { trait, eq: 'x' } });
      expect([200, 202, 422]).toContain(status);
      expect(Date.now() - started).toBeLessThan(3_000);
    },
  );

  it.each(['(', '(a)\\1', '((a{1,100}){1,100}){1,100}', 'a'.repeat(10_000)])(
    'S02: takes no pattern that could run away: %.40s',
    async (matches) => {
      const { status } = await api.call('PUT', '/segments/x', { rule: { trait: 'a', matches } });
      expect(status).toBe(422);
    },
  );

  it('deletes only what nothing names', async () => {
    const used = await api.call('DELETE', '/segments/base');
    expect([used.status, used.body.detail]).toEqual([409, expect.stringContaining('segments/middle')]);
    expect((await api.call('DELETE', '/segments/top')).status).toBe(204);
    expect((await api.call('DELETE', '/segments/top')).status).toBe(404);
  });

  it('lets a publisher alone have an edit start campaigns', async () => {
    const started = { rule: { event: 'Signed Up' }, effects: 'start' };
    expect((await api.call('PUT', '/segments/started', started, { role: 'author' })).status).toBe(403);
    expect((await api.call('PUT', '/segments/started', started, { role: 'publisher' })).status).toBe(202);
    const rows = await api.test.database.query(
      `SELECT started_by FROM segment_version WHERE segment_key = 'started'`,
    );
    expect(rows).toEqual([{ started_by: ['started'] }]);
  });

  it('cancels a build and keeps what is live', async () => {
    const { body } = await api.call('PUT', '/segments/lapsed', { rule: { event: 'Cart Viewed' } });
    expect((await api.call('POST', `/jobs/${body.job}/cancel`)).body.status).toBe('canceled');
    expect((await api.call('POST', `/jobs/${body.job}/cancel`)).status).toBe(409);
    const segment = await api.call('GET', '/segments/lapsed');
    expect(segment.body).toMatchObject({ state: 'canceled', live: { version: 1 } });
  });
});

describe('campaigns', () => {
  const welcome = {
    topic: 'newsletter',
    from: 'shop',
    triggers: [{ permission: 'confirmed', topic: 'newsletter' }],
    reentry: 'never',
    steps: [
      { id: 'hello', send: 'welcome-1' },
      { id: 'pause', wait: 'P3D' },
      { id: 'end', exit: true },
    ],
  };
  const broadcast = {
    topic: 'newsletter',
    from: 'shop',
    audience: { segment: 'lapsed' },
    template: 'welcome-1@1',
    at: '2099-12-03T09:00:00+01:00',
  };

  it('names every problem at its path', async () => {
    const { status, body } = await api.call('PUT', '/campaigns/bad', {
      ...welcome,
      topic: 'nothing',
      steps: [
        { id: 'a', send: 'nowhere' },
        { id: 'b', wait: '3 days' },
      ],
      headers: { Bcc: 'x' },
    });
    expect(status).toBe(422);
    expect(body.problems.map(({ path }: { path: string }) => path)).toEqual(
      expect.arrayContaining(['topic', 'steps[0].send', 'steps[1].wait', 'headers']),
    );
  });

  it('drafts, publishes, pauses, resumes and cancels', async () => {
    const draft = await api.call('PUT', '/campaigns/welcome', welcome, { role: 'author' });
    expect([draft.status, draft.body]).toEqual([
      201,
      expect.objectContaining({ ...welcome, status: 'draft', version: null }),
    ]);
    expect((await api.call('POST', '/campaigns/welcome/publish', {}, { role: 'author' })).status).toBe(403);
    const dry = await api.call('POST', '/campaigns/welcome/publish', { inside: 'stay', dryRun: true });
    expect(dry.body).toMatchObject({ version: 1, dryRun: true, inside: 0, stay: 0 });
    expect((await api.call('GET', '/campaigns/welcome')).body.status).toBe('draft');
    const before = await generation();
    expect((await api.call('POST', '/campaigns/welcome/publish')).body.version).toBe(1);
    expect(await generation()).not.toBe(before);
    const once = { headers: { 'idempotency-key': 'publish-1' } };
    const published = await api.call('POST', '/campaigns/welcome/publish', {}, once);
    const repeated = await api.call('POST', '/campaigns/welcome/publish', {}, once);
    expect([published.status, repeated.status, repeated.body]).toEqual([200, 200, published.body]);
    expect((await api.call('POST', '/campaigns/welcome/resume')).status).toBe(409);
    expect((await api.call('POST', '/campaigns/welcome/pause')).body.status).toBe('paused');
    expect((await api.call('POST', '/campaigns/welcome/resume')).body.status).toBe('live');
    expect((await api.call('POST', '/campaigns/welcome/publish')).body.version).toBe(3);
    expect((await api.call('DELETE', '/campaigns/welcome')).status).toBe(409);
    expect((await api.call('POST', '/campaigns/welcome/cancel', { dryRun: true })).body.dryRun).toBe(true);
    expect((await api.call('POST', '/campaigns/welcome/cancel')).status).toBe(200);
    expect((await api.call('POST', '/campaigns/welcome/publish')).status).toBe(409);
    const copy = await api.call('POST', '/campaigns/welcome/duplicate', { as: 'welcome-again' });
    expect([copy.status, copy.body.status, copy.body.key]).toEqual([201, 'draft', 'welcome-again']);
    expect((await api.call('DELETE', '/campaigns/welcome-again')).status).toBe(204);
    const { body: list } = await api.call('GET', '/campaigns?status=canceled');
    expect(list.items).toHaveLength(1);
  });

  it('holds no batch up for a dry run', async () => {
    await api.call('PUT', '/campaigns/dry', welcome);
    await api.call('POST', '/campaigns/dry/publish');
    const before = await generation();
    await api.test.database.transaction(async (tx) => {
      await readGenerationShared(tx); // as a batch does
      for (const act of ['publish', 'cancel']) {
        const { status, body } = await api.call('POST', `/campaigns/dry/${act}`, { dryRun: true });
        expect([status, body.dryRun]).toEqual([200, true]);
      }
      expect((await api.call('POST', '/campaigns/nobody/cancel', { dryRun: true })).status).toBe(404);
    });
    expect(await generation()).toBe(before);
    expect((await api.call('GET', '/campaigns/dry')).body).toMatchObject({ status: 'live', version: 1 });
    await api.call('POST', '/campaigns/dry/cancel');
  });

  it('plans a broadcast once, and cancels it', async () => {
    expect((await api.call('PUT', '/broadcasts/news', broadcast)).status).toBe(201);
    expect((await api.call('PUT', '/campaigns/news', welcome)).status).toBe(409);
    expect((await api.call('GET', '/campaigns/news')).status).toBe(404);
    const { body: audience } = await api.call('GET', '/broadcasts/news/audience');
    expect(audience).toEqual({ audience: 0, willGet: 0, wont: {}, examples: {} });
    const published = await api.call('POST', '/broadcasts/news/publish');
    expect(published.body.planned).toEqual(['2099-12-03T08:00:00.000Z']);
    const runs = () =>
      api.test.database.query(`SELECT status FROM campaign_run WHERE campaign_key = 'news' ORDER BY 1`);
    expect(await runs()).toEqual([{ status: 'planned' }]);
    expect((await api.call('GET', '/broadcasts/news')).body.plannedAt).toBe('2099-12-03T08:00:00.000Z');
    const report = await api.call('GET', '/broadcasts/news/report');
    expect(report.body).toMatchObject({ audience: 0, queued: 0, closes: true, done: false });
    await api.call('POST', '/broadcasts/news/cancel');
    expect(await runs()).toEqual([{ status: 'canceled' }]);
    expect((await api.call('DELETE', '/segments/lapsed')).status).toBe(204);
  });

  it('refuses an instant that has passed', async () => {
    await api.call('PUT', '/segments/anybody', { rule: { not: { trait: 'x', eq: 1 } } });
    const past = { ...broadcast, audience: { segment: 'anybody' }, at: '2020-01-01T00:00:00Z' };
    const put = await api.call('PUT', '/broadcasts/past', past);
    const published = await api.call('POST', '/broadcasts/past/publish');
    expect([put.status === 422 || published.status === 409, put.status < 500]).toEqual([true, true]);
  });
});
