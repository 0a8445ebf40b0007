import { DataSource } from 'typeorm';
import { migrations } from '../../../migrations';
import { sqlState } from './database';

export interface MigrateOptions {
  /** Connection string of the role that owns the schema. */
  readonly url: string;
  /** The role the apps work as; undefined or the owner itself: append-only tables are not guarded by privilege. */
  readonly applicationRole?: string;
}

export interface Migrated {
  /** Names of the migrations that ran now. */
  readonly ran: readonly string[];
  /** Whether the application's role is kept from changing the append-only tables. */
  readonly appendOnlyEnforced: boolean;
}

/** Only ever inserted into and read by the application. */
export const appendOnlyTables = [
  'permission',
  'membership_change',
  'audit_entry',
  'common_event_name',
] as const;

const OLDEST_SERVER = 150_000;
const MIGRATION_LOCK = 4_921_760_115;

/** Brings the schema up to date, one migration per transaction; of several processes one does it and the others wait. */
export async function migrate(options: MigrateOptions): Promise<Migrated> {
  return withMigrator(options.url, async (source) => {
    const ran = await source.runMigrations({ transaction: 'each' }).catch(explainRefusal);
    await grantToApplication(source, options.applicationRole);
    const appendOnlyEnforced = await isAppendOnlyFor(source, options.applicationRole);
    return { ran: ran.map((migration) => migration.name), appendOnlyEnforced };
  });
}

/** Undoes the last migration. */
export async function revertLast(url: string): Promise<void> {
  await withMigrator(url, (source) => source.undoLastMigration({ transaction: 'each' }));
}

async function withMigrator<T>(url: string, work: (source: DataSource) => Promise<T>): Promise<T> {
  const source = await new DataSource({
    type: 'postgres',
    url,
    applicationName: 'entente-migrate',
    migrations: [...migrations],
    migrationsTableName: 'migration',
  }).initialize();
  const lock = source.createQueryRunner();
  try {
    await refuseOldServer(source);
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await work(source);
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await lock.release();
    await source.destroy();
  }
}

async function refuseOldServer(source: DataSource): Promise<void> {
  const [{ version }] = (await source.query(
    `SELECT current_setting('server_version_num')::int AS version`,
  )) as [{ version: number }];
  if (version < OLDEST_SERVER) throw new Error('Entente needs PostgreSQL 15 or newer');
}

/** SQLSTATE insufficient_privilege. */
function explainRefusal(error: unknown): never {
  if (sqlState(error) !== '42501') throw error;
  throw new Error(
    'The schema is not up to date, and this role may not change it: run `npm run migrate` with MIGRATION_DATABASE_URL.',
  );
}

async function grantToApplication(source: DataSource, role: string | undefined): Promise<void> {
  if (!role || role === (await currentRole(source))) return;
  const name = `"${role.replaceAll('"', '""')}"`;
  for (const statement of [
    `GRANT USAGE ON SCHEMA public TO ${name}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${name}`,
    `GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ${name}`,
    `REVOKE UPDATE, DELETE, TRUNCATE ON ${appendOnlyTables.join(', ')} FROM ${name}`,
    `REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON migration FROM ${name}`,
  ])
    await source.query(statement);
}

async function currentRole(source: DataSource): Promise<string> {
  const [row] = (await source.query('SELECT current_user AS role')) as [{ role: string }];
  return row.role;
}

/** Whether a role (this connection's own when none is named) can neither change nor remove what the ledgers hold. */
async function isAppendOnlyFor(source: DataSource, role: string | undefined): Promise<boolean> {
  const [row] = (await source.query(
    `SELECT bool_or(has_table_privilege($1, t, 'UPDATE, DELETE, TRUNCATE')) AS "mayChange" FROM unnest($2::text[]) t`,
    [role ?? (await currentRole(source)), appendOnlyTables],
  )) as [{ mayChange: boolean }];
  return !row.mayChange;
}
