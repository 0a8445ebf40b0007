import { join } from 'node:path';
import { startCatcher } from '@entente/mailer';
import { BadSettings, type Logger, type Settings } from '@entente/runtime';
import { startEmbeddedServer } from '@entente/storage';

/** What stands in for the real servers that the settings do not name. */
export interface LocalServers {
  /** The settings, with the addresses of what was started. */
  readonly settings: Settings;
  readonly inboxUrl?: string;
  /** How a person reaches the embedded PostgreSQL. */
  readonly psqlUrl?: string;
  close(): Promise<void>;
}

/** Starts an embedded PostgreSQL and a local mail catcher where no DATABASE_URL or SMTP_URL is set. */
export async function startLocalServers(settings: Settings, log: Logger): Promise<LocalServers> {
  if (settings.mode === 'production' && !settings.smtpUrl)
    throw new BadSettings(['SMTP_URL is needed: in production no local catcher takes the mail']);
  const database = settings.databaseUrl ? undefined : await embeddedDatabase(settings, log);
  try {
    const catcher = settings.smtpUrl ? undefined : await localCatcher(settings);
    return {
      settings: { ...settings, ...database?.urls, ...(catcher ? { smtpUrl: catcher.smtpUrl } : {}) },
      inboxUrl: catcher?.inboxUrl,
      psqlUrl: database?.psqlUrl,
      close: async () => {
        await catcher?.close();
        await database?.stop();
      },
    };
  } catch (error) {
    await database?.stop();
    throw error;
  }
}

async function embeddedDatabase(settings: Settings, log: Logger) {
  const server = await startEmbeddedServer({
    folder: join(settings.dataDir, 'postgres'),
    patience: settings.drainSeconds * 1_000,
    onSlow: (seconds) =>
      log.warn({ seconds }, 'embedded PostgreSQL is still starting; after a crash it recovers first'),
  });
  log.info({ port: server.port }, 'embedded PostgreSQL started');
  return {
    urls: { databaseUrl: server.url('entente'), migrationDatabaseUrl: server.url('entente_owner') },
    psqlUrl: server.tcpUrl('entente'),
    stop: () => server.stop(),
  };
}

const localCatcher = ({ catcherSmtpPort: smtpPort, inboxPort, host }: Settings) =>
  startCatcher({ smtpPort, inboxPort, host });
