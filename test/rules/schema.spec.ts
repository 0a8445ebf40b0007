import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { migrations } from '../../migrations';
import { emptyDatabase, testDatabase } from '../support/postgres';
import { dumpSchema } from '../support/schema-dump';

const folder = join(__dirname, '..', '..', 'migrations');
const committed = join(folder, 'schema.sql');
const head =
  '-- What the migrations give. Written by `npm run schema`; test/rules/schema.spec.ts compares.\n\n';

it('lists every numbered pair of files', () => {
  const files = readdirSync(folder).filter((file) => /^\d{4}-/.test(file));
  const pairs = new Set(files.map((file) => file.replace(/\.(up|down)\.sql$/, '')));
  expect(files).toHaveLength(pairs.size * 2);
  expect(migrations.map((Migration) => new Migration().name)).toHaveLength(pairs.size);
});

it('grants nothing to a role by its name, which an installation with one role lacks', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.up.sql'));
  const granting = files.filter((file) => /^\s*GRANT\b/im.test(readFileSync(join(folder, file), 'utf8')));
  expect(granting).toEqual([]);
});

it('is what migrations/schema.sql says', async () => {
  const test = await testDatabase();
  try {
    const schema = head + (await dumpSchema(test.database.source));
    if (process.env['UPDATE_SCHEMA']) writeFileSync(committed, schema);
    expect(schema).toBe(readFileSync(committed, 'utf8'));
  } finally {
    await test.close();
  }
});

describe('each migration', () => {
  let empty: Awaited<ReturnType<typeof emptyDatabase>>;
  beforeAll(async () => (empty = await emptyDatabase()));
  afterAll(() => empty.drop());

  const withMigrations = async <T>(count: number, work: (source: DataSource) => Promise<T>): Promise<T> => {
    const source = new DataSource({
      type: 'postgres',
      url: empty.ownerUrl,
      migrations: migrations.slice(0, count),
      migrationsTableName: 'migration',
    });
    await source.initialize();
    return work(source).finally(() => source.destroy());
  };

  it('is undone by its down, from the last to the first', async () => {
    const before = [await withMigrations(0, dumpSchema)];
    for (let count = 1; count <= migrations.length; count += 1)
      await withMigrations(count, async (source) => {
        await source.runMigrations();
        before.push(await dumpSchema(source));
      });
    for (let count = migrations.length; count > 0; count -= 1)
      await withMigrations(count, async (source) => {
        await source.undoLastMigration();
        expect(await dumpSchema(source)).toBe(before[count - 1]);
      });
  });

  it('gives the rows of contacts what is stored of them elsewhere', async () => {
    const names = migrations.map((Migration) => new Migration().name!.replace(/_\d+$/, ''));
    await withMigrations(names.indexOf('contact_members'), async (source) => {
      await source.runMigrations();
      await source.query(
        `INSERT INTO contact (id, created_at, clock) SELECT n, now(), now() FROM generate_series(1, 3) AS n`,
      );
      await source.query(
        'INSERT INTO membership (contact_id, version_id, since) VALUES (1, 7, now()), (1, 5, now()), (2, 7, now())',
      );
      await source.query(
        `INSERT INTO timer (contact_id, bucket, due) VALUES (1, 1, '2026-01-05 09:00Z'), (3, 3, '2026-01-06 09:00Z')`,
      );
    });
    await withMigrations(migrations.length, async (source) => {
      await source.runMigrations();
      expect(await source.query('SELECT id, members, due FROM contact ORDER BY id')).toEqual([
        { id: '1', members: [5, 7], due: new Date('2026-01-05T09:00:00Z') },
        { id: '2', members: [7], due: null },
        { id: '3', members: [], due: new Date('2026-01-06T09:00:00Z') },
      ]);
    });
  });
});
