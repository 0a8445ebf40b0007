import { migrateAsConfigured, openLog, settingsOrExit, type Settings } from '@entente/runtime';
import { addKey, openDatabase, revertLast } from '@entente/storage';

/**
 * `npm run migrate` brings the schema up to date; with `-- --undo` it takes the last migration back, and with
 * `-- --admin-key` it prints a new API key that may do everything, and nothing else: the log goes to standard error.
 */
async function main(): Promise<void> {
  const settings = settingsOrExit(['databaseUrl']);
  const log = openLog(settings, 'migrate', process.stderr);
  if (process.argv.includes('--undo')) {
    await revertLast(settings.migrationDatabaseUrl ?? settings.databaseUrl!);
    return log.info('the last migration is undone');
  }
  await migrateAsConfigured(settings, log);
  if (process.argv.includes('--admin-key')) process.stdout.write(`${await newAdminKey(settings)}\n`);
}

async function newAdminKey(settings: Settings): Promise<string> {
  const database = await openDatabase(settings.databaseUrl!, { poolSize: 1, applicationName: 'entente-key' });
  const { secret } = await addKey(database, { name: 'Made by npm run migrate', role: 'admin' });
  await database.close();
  return secret;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
