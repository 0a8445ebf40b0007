import { migrate } from '@entente/storage';
import type { Logger } from './logger';
import type { Settings } from './settings';

/**
 * Brings the schema up to date with the role of MIGRATION_DATABASE_URL, and gives the role of DATABASE_URL what the apps
 * need; with one role for both, nothing but our own code keeps the ledgers append-only, and the log says so.
 */
export async function migrateAsConfigured(
  settings: Pick<Settings, 'databaseUrl' | 'migrationDatabaseUrl'>,
  log: Logger,
): Promise<void> {
  const { databaseUrl, migrationDatabaseUrl } = settings;
  const { ran, appendOnlyEnforced } = await migrate({
    url: migrationDatabaseUrl ?? databaseUrl!,
    applicationRole: migrationDatabaseUrl && roleOf(databaseUrl!),
  });
  log.info({ ran }, ran.length > 0 ? 'schema migrated' : 'schema is up to date');
  if (!appendOnlyEnforced)
    log.warn(
      'append-only tables are not guarded by privilege: MIGRATION_DATABASE_URL names no role of its own',
    );
}

const roleOf = (url: string): string => decodeURIComponent(/\/\/([^:@/]+)[:@]/.exec(url)?.[1] ?? '');
