import { resolve } from 'node:path';
import { integer, list, oneOf, port, text, timeZone, url, type Kind } from './setting-kinds';

interface Setting<T> {
  readonly variable: string;
  readonly type: string;
  /** Text used when the variable is not set; undefined: the setting stays undefined. */
  readonly fallback: string | undefined;
  readonly description: string;
  readonly read: (value: string) => T;
}

function optional<T>(variable: string, kind: Kind<T>, description: string): Setting<T | undefined> {
  return { variable, type: kind.type, fallback: undefined, description, read: kind.read };
}

function setting<T>(variable: string, kind: Kind<T>, fallback: string, description: string): Setting<T> {
  return { variable, type: kind.type, fallback, description, read: kind.read };
}

const folder: Kind<string> = { type: 'folder', read: (path) => resolve(path) };

/** Everything that can be set, in the order the README lists it. */
export const settingsTable = {
  databaseUrl: optional(
    'DATABASE_URL',
    url('postgres', 'postgresql'),
    'PostgreSQL 15 or newer, as the role the apps work as. Not set: `npm start` runs an embedded server; each app alone needs it.',
  ),
  migrationDatabaseUrl: optional(
    'MIGRATION_DATABASE_URL',
    url('postgres', 'postgresql'),
    'The same database as the role that owns the schema. Not set: `DATABASE_URL` migrates, and the ledgers are not append-only by privilege.',
  ),
  databasePoolSize: setting(
    'DATABASE_POOL_SIZE',
    integer(2, 200),
    '20',
    'Connections to PostgreSQL that one process may hold.',
  ),
  kafkaBrokers: setting(
    'KAFKA_BROKERS',
    list,
    '',
    'Kafka brokers (`host:port`) that carry the stream. Empty: the stream lives in PostgreSQL.',
  ),
  kafkaTopic: setting('KAFKA_TOPIC', text, 'entente.events', 'Topic of the stream; made when missing.'),
  streamPartitions: setting(
    'STREAM_PARTITIONS',
    integer(1, 1_000),
    '8',
    'Partitions of the stream when it is first made: how many engines can share the work.',
  ),
  streamDays: setting(
    'STREAM_DAYS',
    integer(1, 3_650),
    '7',
    'How many days the stream in PostgreSQL keeps records that were consumed. (Kafka: `retention.ms` of the topic.)',
  ),
  smtpUrl: optional(
    'SMTP_URL',
    url('smtp', 'smtps'),
    'Where mail is handed over: `smtp://user:password@host:587`. Not set: `npm start` catches all mail locally; the sender alone needs it.',
  ),
  senderConnections: setting(
    'SENDER_CONNECTIONS',
    integer(1, 100),
    '5',
    'SMTP sessions that one sender holds at a time.',
  ),
  tracking: setting(
    'TRACKING',
    oneOf('on', 'off'),
    'on',
    'Whether mails tell their opens and clicks; `off` leaves links as written and puts in no pixel.',
  ),
  allowedRecipients: setting(
    'ALLOWED_RECIPIENTS',
    list,
    '',
    'Addresses and `@domains` that may be mailed, to guard a staging system. Empty: everybody.',
  ),
  timeZone: setting(
    'TIME_ZONE',
    timeZone,
    'UTC',
    'IANA time zone of contacts whose trait `timezone` names none (`Europe/Paris`). A change builds all segments again.',
  ),
  publicUrl: optional(
    'PUBLIC_URL',
    url('http', 'https'),
    'Address of the site as recipients see it; it stands in every mail. Not set: `http://localhost:` and `SITE_PORT`. Needed in production, as `https:`.',
  ),
  host: setting('HOST', text, '127.0.0.1', 'Address the apps listen on; `0.0.0.0` for all of them.'),
  ingestPort: setting('INGEST_PORT', port, '8010', 'Tracking API.'),
  apiPort: setting('API_PORT', port, '8020', 'Marketing API and its documentation.'),
  sitePort: setting('SITE_PORT', port, '8030', 'Pages for recipients: unsubscribe, preferences, clicks.'),
  enginePort: setting('ENGINE_PORT', port, '8040', 'Health and metrics of the engine.'),
  senderPort: setting('SENDER_PORT', port, '8050', 'Health and metrics of the sender.'),
  catcherSmtpPort: setting('CATCHER_SMTP_PORT', port, '8025', 'SMTP port of the local mail catcher.'),
  inboxPort: setting('INBOX_PORT', port, '8026', 'Inbox page of the local mail catcher.'),
  trustedProxies: setting(
    'TRUSTED_PROXIES',
    list,
    '',
    'Addresses or networks (`10.0.0.0/8`) of proxies whose `X-Forwarded-*` headers are believed.',
  ),
  logLevel: setting(
    'LOG_LEVEL',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'info',
    'Least important level that is logged.',
  ),
  drainSeconds: setting(
    'DRAIN_SECONDS',
    integer(1, 600),
    '20',
    'How long a stopping process may finish what it has in hand.',
  ),
  dataDir: setting('DATA_DIR', folder, '.entente', 'Folder of the embedded PostgreSQL, its keys and logs.'),
  mode: setting(
    'NODE_ENV',
    oneOf('development', 'production', 'test'),
    'development',
    'In `production` the local mail catcher is refused.',
  ),
};

type Table = typeof settingsTable;
type Values = { readonly [K in keyof Table]: ReturnType<Table[K]['read']> };

/** What the environment says, read once. */
export type Settings = Omit<Values, 'publicUrl'> & { readonly publicUrl: string };

/** The environment has settings that cannot be used; every one is named. */
export class BadSettings extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`settings that cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'BadSettings';
  }
}

/** Reads the settings out of an environment; `needed` are optional ones that the caller cannot do without. */
export function loadSettings(
  environment: Readonly<Record<string, string | undefined>>,
  needed: readonly (keyof Settings)[] = [],
): Settings {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(settingsTable) as [keyof Table, Setting<unknown>][]) {
    const given = environment[entry.variable]?.trim() || entry.fallback;
    if (given === undefined && needed.includes(key))
      problems.push(`${entry.variable} is needed: ${entry.description}`);
    values[key] = given === undefined ? undefined : attempt(entry, given, problems);
  }
  if (values['mode'] === 'production') problems.push(...publicUrlProblems(values['publicUrl']));
  if (problems.length > 0) throw new BadSettings(problems);
  values['publicUrl'] ??= `http://localhost:${String(values['sitePort'])}`;
  return values as unknown as Settings;
}

/** It stands in every mail, for good, and one-click unsubscription asks for HTTPS (RFC 8058 section 3.1). */
function publicUrlProblems(publicUrl: unknown): string[] {
  if (publicUrl === undefined)
    return ['PUBLIC_URL is needed in production: the address of the site as recipients see it'];
  const { protocol, hostname } = new URL(String(publicUrl));
  const isLocal = hostname === 'localhost' || hostname.startsWith('127.');
  return protocol === 'https:' || isLocal ? [] : ['PUBLIC_URL must be an https address in production'];
}

function attempt(entry: Setting<unknown>, given: string, problems: string[]): unknown {
  try {
    return entry.read(given);
  } catch (error) {
    problems.push(`${entry.variable} ${(error as Error).message}`);
    return undefined;
  }
}

/** The settings as the table of the README. */
export function settingsDocumentation(): string {
  const rows = Object.values(settingsTable as Record<string, Setting<unknown>>).map(
    ({ variable, type, fallback, description }) =>
      `| \`${variable}\` | ${type} | ${fallback ? `\`${fallback}\`` : '–'} | ${description} |`,
  );
  return ['| setting | type | default | what it does |', '|---|---|---|---|', ...rows].join('\n');
}
