import { randomUUID } from 'node:crypto';
import { encode } from 'iconv-lite';
import type { JsonObject } from '@entente/kernel';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import { firstContacts } from '../contact/contacts';
import { findJob } from '../jobs';
import { optOut } from '../permission/permissions';
import { inspectCsv, type Bytes } from './csv-file';
import { dryRun } from './dry-run';
import { claimImport, createImport, importProblems, runImportChunk } from './import-jobs';
import { ImportWorker } from './import-worker';
import { parsePlan } from './plan';

const clock = { now: () => Date.now() };
const columns = {
  'E-mail': 'email',
  'Client n°': 'crmId',
  Prénom: 'traits.firstName',
  CA: { to: 'traits.revenue', as: 'decimal-comma' },
};
const permissions: JsonObject[] = [
  {
    topic: 'newsletter',
    grant: { column: 'OptIn', in: ['oui'] },
    basis: 'consent',
    wording: 'nl-fr@3',
    at: 'Date',
  },
  { topic: 'newsletter', withdraw: { column: 'Désinscrit', present: true } },
];
const header = 'E-mail;Client n°;Prénom;CA;OptIn;Date;Désinscrit\r\n';
const plan: JsonObject = { source: 'crm', dryRun: false, columns, permissions };

let test: TestDatabase;
let source: number;
beforeEach(async () => {
  test = await testDatabase();
  await test.database.run(`INSERT INTO topic (key, name) VALUES ('newsletter', 'Newsletter')`);
  const [row] = await test.database.query<{ id: number }>(
    `INSERT INTO source (key, name, trusted, precedence) VALUES ('crm', 'CRM', true, 20) RETURNING id`,
  );
  source = row!.id;
});
afterEach(() => test.close());

const bytesOf = (text: string): Bytes => {
  const content = encode(header + text, 'windows-1252');
  return async function* () {
    yield content;
  };
};

async function upload(text: string): Promise<string> {
  const bytes = bytesOf(text);
  const file = await inspectCsv(bytes);
  return test.database.transaction((tx) =>
    createImport(tx, {
      source: { id: source, key: 'crm' },
      plan,
      file,
      bytes,
      createdBy: randomUUID(),
      at: clock.now(),
    }),
  );
}

async function finish(worker = new ImportWorker(test.database, clock, randomUUID())): Promise<void> {
  while (await worker.work());
}

async function preview(text: string) {
  const parsed = parsePlan(plan, { source: () => ({ trusted: true }), topic: () => true, list: () => true });
  if ('problems' in parsed) throw new Error('the plan of this test is wrong');
  const bytes = bytesOf(text);
  const { format, records, header: names } = await inspectCsv(bytes);
  const job = { id: randomUUID(), source, plan: parsed.plan, createdAt: clock.now(), records, format };
  return dryRun(test.database, job, names, bytes, { now: clock.now(), mostProblems: 1_000 });
}

async function uploaded(text: string): Promise<string> {
  const job = await upload(text);
  await finish();
  return job;
}

const facts = async (): Promise<JsonObject[]> =>
  (await test.database.query<{ record: JsonObject }>('SELECT record FROM outbox ORDER BY id'))
    .map(({ record }) => record)
    .filter(({ type }) => type === 'identify');

const stateOf = async (email: string): Promise<unknown> => {
  const [row] = await test.database.query<{ state: string }>(
    `SELECT state FROM permission_state JOIN identity USING (contact_id) JOIN permission USING (contact_id, seq)
     WHERE contact_id IN (SELECT contact_id FROM identity WHERE key = $1) LIMIT 1`,
    [email],
  );
  return row?.state;
};

const counts = async (job: string): Promise<JsonObject> => (await findJob(test.database, job))!.counts;

describe('an import', () => {
  it('tells a fact of each row and enters its permissions', async () => {
    const job = await upload(
      'Zoé@Example.com;17;Zoé;x;oui;2024-03-01;\r\nzoe@example.com;18;Zoé;1 234,5;oui;2024-03-01;\r\n',
    );
    await finish();
    expect(await counts(job)).toMatchObject({ rows: 2, created: 1, refused: 1, grants: 1, withdrawals: 0 });
    expect(await facts()).toEqual([
      {
        v: 1,
        type: 'identify',
        source,
        messageId: `import:${job}:3`,
        contact: ['crm:18', 'email:zoe@example.com'],
        traits: { email: 'zoe@example.com', firstName: 'Zoé', revenue: 1234.5 },
        timestamp: expect.any(Number),
        cause: 'import',
      },
    ]);
    expect(await stateOf('crm:18')).toBe('granted');
    expect(
      (await importProblems(test.database, job, { limit: 10 })).map(({ row, column, code }) => [
        row,
        column,
        code,
      ]),
    ).toEqual([
      [2, 'E-mail', 'address'],
      [2, 'CA', 'value'],
    ]);
    expect(await findJob(test.database, job)).toMatchObject({ status: 'done', done: 1 });
    expect(await test.database.query('SELECT 1 FROM import_file')).toEqual([]);
  });

  it('keeps the wording and the claimed time as evidence', async () => {
    const job = await upload('a@example.com;1;A;;oui;2024-03-01;\r\n');
    await finish();
    const [entry] = await test.database.query<{ claimed_at: Date; evidence: JsonObject; actor: string }>(
      'SELECT claimed_at, evidence, actor FROM permission JOIN permission_evidence USING (contact_id, seq)',
    );
    expect(entry).toMatchObject({
      actor: 'import',
      claimed_at: new Date('2024-03-01'),
      evidence: { import: job, row: 2, column: 'OptIn', value: 'oui', wording: 'nl-fr@3', at: '2024-03-01' },
    });
  });

  it('counts repeated people as updates, and the later row holds', async () => {
    const job = await upload(
      'a@example.com;1;Anna;;;;\r\nb@example.com;2;B;;;;\r\na@example.com;1;Ana;;;;\r\n',
    );
    await finish();
    expect(await counts(job)).toMatchObject({ rows: 3, created: 2, updated: 1 });
    const stamps = (await facts()).map(({ timestamp }) => timestamp as number);
    expect(stamps[2]).toBeGreaterThan(stamps[0]!);
    expect(stamps[2]).toBeLessThanOrEqual((await findJob(test.database, job))!.createdAt.getTime());
  });

  it('starts nothing unless its author says so', async () => {
    await upload('a@example.com;1;A;;oui;;\r\n');
    await finish();
    const records = await test.database.query<{ record: JsonObject }>('SELECT record FROM outbox');
    expect(records.map(({ record }) => [record.cause, record.effects])).toEqual([
      ['import', undefined],
      ['import', undefined],
    ]);
  });

  it('never lifts a withdrawal (promise 5)', async () => {
    await upload('a@example.com;1;A;;oui;;\r\n');
    await finish();
    const contact = (await firstContacts(test.database, ['crm:1'])).get('crm:1')!;
    await test.database.transaction((tx) =>
      optOut(tx, {
        contact,
        address: 'a@example.com',
        topic: 'newsletter',
        way: 'one-click',
        source,
        at: clock.now(),
        evidence: {},
      }),
    );
    const again = 'a@example.com;1;A;;oui;;\r\na@example.com;99;A;;oui;;\r\n';
    const foreseen = await preview(again);
    const job = await upload(again);
    await finish();
    expect(await stateOf('crm:1')).toBe('withdrawn');
    expect(await stateOf('crm:99')).toBeUndefined();
    const problems = await importProblems(test.database, job, { limit: 10 });
    expect(problems).toMatchObject([
      { row: 2, column: 'OptIn', code: 'withdrawn', entry: `${contact}:2` },
      { row: 3, column: 'OptIn', code: 'withdrawn' },
    ]);
    expect(foreseen.problems.map(({ row, code }) => [row, code])).toEqual([
      [2, 'withdrawn'],
      [3, 'withdrawn'],
    ]);
    expect(await counts(job)).toMatchObject({ updated: 2, grants: 0 });
  });

  it('takes a withdrawal of a row even when its address is wrong', async () => {
    await upload('a@example.com;1;A;;oui;;\r\n');
    await finish();
    const job = await upload('a@@example;1;A;;oui;;2025-01-01\r\n');
    await finish();
    expect(await counts(job)).toMatchObject({ refused: 1, withdrawals: 1, grants: 0 });
    expect(await stateOf('crm:1')).toBe('withdrawn');
  });

  it('refuses rows that name nobody, are shifted, or hold several addresses', async () => {
    const rows = [
      ';;A;;oui;;',
      'a@example.com;1;A;;oui;;;x',
      'a@x.fr,b@y.fr;1;A;;;;',
      'null@;null;A;;;;',
      ';;;;;;',
    ];
    const job = await upload(`${rows.join('\r\n')}\r\n`);
    await finish();
    expect(await counts(job)).toMatchObject({ rows: 4, refused: 4, created: 0 });
    expect(
      (await importProblems(test.database, job, { limit: 10 })).map(({ row, code }) => [row, code]),
    ).toEqual([
      [2, 'no-identity'],
      [3, 'columns'],
      [4, 'address'],
      [5, 'address'],
      [5, 'nobody'],
    ]);
    expect(await test.database.query('SELECT 1 FROM identity')).toEqual([]);
  });
});

describe('a worker that is killed', () => {
  const many = Array.from({ length: 450 }, (_, n) => `p${n}@example.com;c${n};P;1,5;oui;;\r\n`).join('');

  it('loses nothing and repeats nothing', async () => {
    const job = await upload(many);
    const killed = new ImportWorker(test.database, clock, randomUUID());
    await killed.work();
    await killed.work();
    await test.database.run('DELETE FROM lease');
    await finish();
    expect(await counts(job)).toMatchObject({ rows: 450, created: 450, grants: 450 });
    const ids = (await facts()).map(({ messageId }) => messageId);
    expect(new Set(ids).size).toBe(450);
    expect(ids).toHaveLength(450);
  });

  it('does nothing more once somebody else has moved on', async () => {
    await upload(many);
    const owner = randomUUID();
    const job = (await claimImport(test.database, owner))!;
    expect(await runImportChunk(test.database, job, [], 200, clock.now())).toBe(true);
    expect(await runImportChunk(test.database, job, [], 200, clock.now())).toBe(false);
    expect(await claimImport(test.database, randomUUID())).toBeUndefined();
  });

  it('gives an import up whose rows fail time after time, and says from where on', async () => {
    const job = await upload(many);
    await test.database.run(`UPDATE job SET plan = jsonb_set(plan, '{source}', '99999') WHERE id = $1`, [
      job,
    ]);
    const worker = new ImportWorker(test.database, clock, randomUUID());
    for (let tries = 0; tries < 5; tries += 1) await worker.work().catch(() => undefined);
    expect(await findJob(test.database, job)).toMatchObject({
      status: 'failed',
      error: 'The rows from 2 on could not be taken in.',
    });
    expect(await worker.work()).toBe(false);
    expect(await test.database.query('SELECT 1 FROM lease')).toEqual([]);
  });

  it('stops when the import is canceled, and the file is forgotten', async () => {
    const job = await upload(many);
    const worker = new ImportWorker(test.database, clock, randomUUID());
    await worker.work();
    await test.database.run(`UPDATE job SET status = 'canceled' WHERE id = $1`, [job]);
    await finish(worker);
    expect(await counts(job)).toMatchObject({ rows: 200 });
    expect(await test.database.query('SELECT 1 FROM import_file')).toEqual([]);
  });
});

it('an import counts a withdrawal once, whether the engine has merged its row by then or not', async () => {
  const text = 'a@example.com;1;A;;non;;x\r\n';
  expect(await counts(await uploaded(text))).toMatchObject({ withdrawals: 1 });
  const contactOf = `(SELECT contact_id FROM identity WHERE key = $1)`;
  await test.database.run(
    `INSERT INTO lineage (contact_id, survivor_id, since)
     SELECT ${contactOf}, ${contactOf.replace('$1', '$2')}, now()`,
    ['email:a@example.com', 'crm:1'],
  );
  expect((await preview(text)).counts).toMatchObject({ withdrawals: 0 });
  expect(await counts(await uploaded(text))).toMatchObject({ withdrawals: 0 });
});
