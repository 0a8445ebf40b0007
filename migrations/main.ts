import { openLog, settingsOrExit } from '@entente/runtime';
import { migrateAsConfigured } from '@entente/runtime';
import { revertLast } from '@entente/storage';

/** `npm run migrate` brings the schema up to date; with `--undo` it takes the last migration back. */
async function main(): Promise<void> {
  const settings = settingsOrExit(['databaseUrl']);
  const log = openLog(settings, 'migrate');
  if (!process.argv.includes('--undo')) return migrateAsConfigured(settings, log);
  await revertLast(settings.migrationDatabaseUrl ?? settings.databaseUrl!);
  log.info('the last migration is undone');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
