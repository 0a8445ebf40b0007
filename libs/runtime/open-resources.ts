import { DAY } from '@entente/kernel';
import { openSmtpMailer, type Mailer } from '@entente/mailer';
import { openDatabase, type Database } from '@entente/storage';
import { openKafkaStream, openPostgresStream, type Stream } from '@entente/stream';
import type { Logger } from './logger';
import { migrateAsConfigured } from './migrate-as-configured';
import { systemClock, type Resources } from './resources';
import type { Settings } from './settings';

export interface OpenResources extends Resources {
  close(): Promise<void>;
}

/** Migrates where the schema is behind, and connects to everything the settings name. */
export async function openResources(
  settings: Settings,
  process: { readonly app: string; readonly log: Logger },
): Promise<OpenResources> {
  const { app, log } = process;
  await migrateAsConfigured(settings, log);
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const database = await openDatabase(settings.databaseUrl!, {
      poolSize: settings.databasePoolSize,
      applicationName: `entente-${app}`,
    });
    opened.push(() => database.close());
    const stream = await openStream(settings, database, app, log);
    opened.push(() => stream.close());
    const mailer = openMailer(settings);
    opened.push(() => mailer.close());
    return { settings, database, stream, mailer, clock: systemClock, log, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function openStream(settings: Settings, database: Database, app: string, log: Logger): Promise<Stream> {
  const { kafkaBrokers: brokers, kafkaTopic: topic, streamPartitions: partitions } = settings;
  return brokers.length > 0
    ? openKafkaStream({ database, brokers, topic, partitions, clientId: `entente-${app}`, log })
    : openPostgresStream({ database, topic, partitions, keepFor: settings.streamDays * DAY, log });
}

/** Apps that send no mail are content without a server; one that does names SMTP_URL among what it needs. */
function openMailer({ smtpUrl }: Settings): Mailer {
  if (smtpUrl) return openSmtpMailer(smtpUrl);
  return {
    open: () => Promise.reject(new Error('SMTP_URL is not set')),
    close: () => Promise.resolve(),
  };
}
