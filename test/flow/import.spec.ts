import { randomUUID } from 'node:crypto';
import { encode } from 'iconv-lite';
import { HOUR, type JsonObject } from '@entente/kernel';
import { readTraits } from '@entente/profile';
import {
  createImport,
  Database,
  findContact,
  findJob,
  ImportWorker,
  inspectCsv,
  sourceRanks,
  traitsOf,
} from '@entente/storage';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

const start = Date.UTC(2026, 0, 5, 9);

let held: TestDatabase;
let database: Database;
let world: EngineWorld;
let author: Author;
let crm: number;

beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
  world = new EngineWorld(database, start);
  author = new Author(database);
  crm = await author.source('crm', true, 50);
  await author.mailNeeds('news', 'shop', 'hello');
});
afterEach(() => held.close());

const columns = { 'E-mail': 'email', Client: 'crmId', Prénom: 'traits.firstName', Pays: 'traits.country' };
const permissions = [
  { topic: 'news', grant: { column: 'OptIn', in: ['oui'] }, basis: 'consent' },
  { topic: 'news', withdraw: { column: 'Désinscrit', present: true } },
] as unknown as JsonObject[];

async function bringIn(rows: readonly string[], more: JsonObject = {}): Promise<JsonObject> {
  const text = ['E-mail;Client;Prénom;Pays;OptIn;Désinscrit', ...rows].join('\r\n');
  const content = encode(text, 'latin1');
  const bytes = async function* () {
    yield content;
  };
  const plan = { source: 'crm', dryRun: false, columns, permissions, ...more };
  const file = await inspectCsv(bytes);
  const job = await database.transaction((tx) =>
    createImport(tx, {
      source: { id: crm, key: 'crm' },
      plan,
      file,
      bytes,
      createdBy: randomUUID(),
      at: world.clock.now(),
    }),
  );
  const worker = new ImportWorker(database, world.clock, randomUUID());
  while (await worker.work());
  await world.work();
  return (await findJob(database, job))!.counts;
}

const enrolled = async (): Promise<number> => (await database.query('SELECT 1 FROM enrollment')).length;
const members = async (version: number): Promise<number> =>
  (await database.query('SELECT 1 FROM membership WHERE version_id = $1', [version])).length;

describe('an import of a CRM’s export', () => {
  const rows = [
    'zoé@example.com;c1;Zoé;FR;oui;',
    'luc@example.com;c2;Luc;FR;oui;',
    'eva@example.com;c3;Éva;BE;oui;2025-03-01',
    'luc@example.com;c2;Lucien;FR;oui;',
  ];

  beforeEach(async () => {
    await author.campaign(
      'welcome',
      {
        topic: 'news',
        from: 'shop',
        triggers: [{ permission: 'granted', topic: 'news' }, { segment: 'french' }],
        reentry: 'always',
        steps: [{ id: 'mail', send: 'hello' }],
      },
      start,
    );
    await world.passTo(start + HOUR);
  });

  it('fills segments with the traits of the last row, and starts nothing', async () => {
    const french = await author.segment('french', { trait: 'country', eq: 'FR' });
    await world.work();
    const counts = await bringIn(rows);
    expect(counts).toMatchObject({ rows: 4, created: 2, updated: 1, refused: 1, grants: 1, withdrawals: 1 });
    expect(await members(french)).toBe(1);
    expect(await enrolled()).toBe(0);
    const luc = await findContact(database, 'crm:c2');
    expect(await findContact(database, 'email:luc@example.com')).toBe(luc);
    const [profile] = await database.query<{
      email: string;
      traits: Record<string, Record<string, unknown[]>>;
    }>('SELECT email, traits FROM profile WHERE contact_id = $1', [luc]);
    expect(profile!.email).toBe('luc@example.com');
    expect(profile!.traits.firstName![String(crm)]![0]).toBe('Lucien');
  });

  it('joins people to their companies, and says what is known of these', async () => {
    await author.segment('french', { trait: 'company.seats', gte: 10 });
    await world.work();
    const companies = { Prénom: 'company.id', Pays: { to: 'company.seats', as: 'integer' } };
    const { Prénom: _, Pays: __, ...others } = columns;
    const some = [
      'luc@example.com;c2;acme;;oui;',
      'eva@example.com;c3;acme;12;oui;',
      'bo@example.com;c4;null;9;oui;',
    ];
    const counts = await bringIn(some, { columns: { ...others, ...companies } });
    expect(counts).toMatchObject({ rows: 3, created: 3, refused: 0, problems: 1 });
    const luc = await traitsOf(database, (await findContact(database, 'crm:c2'))!);
    expect(readTraits(luc, await sourceRanks(database)).company).toEqual({ id: 'acme', seats: 12 });
    expect(await enrolled()).toBe(0);
  });

  it('starts campaigns when its author says so', async () => {
    await author.segment('french', { trait: 'country', eq: 'FR' });
    await world.work();
    await bringIn(rows, { effects: 'campaigns' });
    await world.work();
    expect(await enrolled()).toBe(2);
  });
});
