import { encode } from 'iconv-lite';
import { ImportWorker } from '@entente/storage';
import { randomUUID } from 'node:crypto';
import { TestApi } from '../../../test/support/api';

const csv = [
  'E-mail;Client n°;Prénom;CA;OptIn;Désinscrit le',
  'zoe@example.com;c17;Zoé;1 234,5;oui;',
  'luc@example.com;c18;Luc;12,0;oui;2024-05-01',
  'not an address;;Max;;oui;',
].join('\r\n');

const plan = {
  source: 'crm',
  dryRun: true,
  columns: {
    'E-mail': 'email',
    'Client n°': 'crmId',
    Prénom: 'traits.firstName',
    CA: { to: 'traits.revenue', as: 'decimal-comma' },
  },
  permissions: [
    { topic: 'newsletter', grant: { column: 'OptIn', in: ['oui'] }, basis: 'consent', wording: 'nl-fr@3' },
    { topic: 'newsletter', withdraw: { column: 'Désinscrit le', present: true }, at: 'Désinscrit le' },
  ],
};

describe('imports', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
    await api.call('PUT', '/topics/newsletter', { name: 'Newsletter' });
    await api.call('PUT', '/sources/crm', { name: 'CRM', trusted: true, precedence: 20 });
  });
  afterAll(() => api.close());

  async function send(
    given: object | string,
    {
      file = encode(csv, 'windows-1252'),
      headers = {} as Record<string, string>,
      more = {} as Record<string, string>,
    } = {},
  ) {
    const form = new FormData();
    for (const [name, value] of Object.entries(more)) form.append(name, value);
    form.append('file', new Blob([new Uint8Array(file)]), 'crm.csv');
    form.append('plan', typeof given === 'string' ? given : JSON.stringify(given));
    const response = await fetch(`${api.url}/imports`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await api.key('publisher')}`, ...headers },
      body: form,
    });
    return { status: response.status, body: (await response.json()) as any }; // eslint-disable-line
  }

  it('count first, and then do what was counted', async () => {
    const dry = await send(plan);
    expect(dry).toMatchObject({
      status: 200,
      body: {
        dryRun: true,
        encoding: 'windows-1252',
        delimiter: ';',
        rows: 3,
        created: 2,
        updated: 0,
        refused: 1,
        grants: 1,
        withdrawals: 1,
        problems: [{ row: 4, column: 'E-mail', code: 'address' }],
      },
    });
    expect(dry.body.problemsCsv).toContain('"4","E-mail","address"');
    const { status, body } = await send({ ...plan, dryRun: false });
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: 'waiting', done: 0, rows: 0 });
    const worker = new ImportWorker(api.test.database, { now: () => Date.now() }, randomUUID());
    while (await worker.work());
    expect((await api.call('GET', `/imports/${body.job}`)).body).toMatchObject({
      status: 'done',
      done: 1,
      rows: 3,
      created: 2,
      refused: 1,
      grants: 1,
      withdrawals: 1,
      problems: [{ row: 4, code: 'address' }],
    });
    const problems = await api.call('GET', `/imports/${body.job}/problems`);
    expect(problems.headers.get('content-type')).toContain('text/csv');
    expect(problems.text.split('\r\n')).toEqual([
      '"row","column","code","message","entry"',
      '"4","E-mail","address","is not one e-mail address",',
      '',
    ]);
  });

  it('run once for one Idempotency-Key, and refuse another file under it', async () => {
    const headers = { 'idempotency-key': 'import-1' };
    const first = await send({ ...plan, dryRun: false }, { headers });
    expect((await send({ ...plan, dryRun: false }, { headers })).body.job).toBe(first.body.job);
    const other = await send({ ...plan, dryRun: false }, { headers, file: Buffer.from(`${csv}\r\nx`) });
    expect(other.status).toBe(422);
  });

  it.each([
    [{ ...plan, source: 'nope' }, 422, 'plan.source', 'unknown-source'],
    [{ ...plan, columns: { Mail: 'email' } }, 422, 'plan.columns.Mail', 'unknown-column'],
    [{ ...plan, extra: 1 }, 422, 'plan.extra', 'unknown-field'],
    ['{', 400, '', 'json'],
    ['', 400, 'plan', 'missing'],
  ])('refuse the plan %j', async (given, status, path, code) => {
    expect(await send(given)).toMatchObject({ status, body: { problems: [{ path, code }] } });
  });

  it.each([
    ['', 'empty'],
    ['E-mail;Client n°\r\na@example.com;"1\r\n', 'unclosed-quote'],
  ])('refuse the file %j', async (text, code) => {
    const simple = { ...plan, columns: { 'E-mail': 'email' }, permissions: [] };
    const answer = await send(simple, { file: Buffer.from(text) });
    expect(answer).toMatchObject({ status: 422, body: { problems: [{ path: 'file', code }] } });
  });

  it('refuse other fields, other bodies and other keys', async () => {
    expect((await send(plan, { more: { tenantId: '1' } })).status).toBe(400);
    expect((await api.call('POST', '/imports', plan)).status).toBe(415);
    expect((await api.call('POST', '/imports', undefined)).status).toBe(415);
    const broken = { headers: { 'content-type': 'multipart/form-data; boundary=x' } };
    expect((await api.call('POST', '/imports', '--x\r\nbroken', broken)).status).toBe(400);
    expect((await api.call('POST', '/imports', plan, { role: 'author' })).status).toBe(403);
  });

  it('are not found where there are none', async () => {
    expect((await api.call('GET', `/imports/${randomUUID()}`)).status).toBe(404);
    expect((await api.call('GET', '/imports/x/problems')).status).toBe(404);
  });
});
