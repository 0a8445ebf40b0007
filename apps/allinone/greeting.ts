import type { AllInOne } from './all-in-one';

type Row = readonly [name: string, value: string, remark?: string];

/** What a person needs to know who just started the whole: what was opened, the keys, and what to try next. */
export function greeting({ resources, servers, keys }: AllInOne, logPath: string): string {
  const { settings } = resources;
  const ingest = `http://localhost:${settings.ingestPort}`;
  const api = `http://localhost:${settings.apiPort}`;
  return [
    '',
    'Entente is running.',
    '',
    ...table([
      ['Tracking API', `${ingest}/v1`, 'events in: the Segment tracking spec'],
      ['Marketing API', `${api}/api/v1`, `documentation: ${api}/api/v1/docs`],
      ['Site', settings.publicUrl, 'unsubscribe and preference pages'],
      servers.inboxUrl
        ? ['Inbox', servers.inboxUrl, 'every mail is caught here, none leaves']
        : ['Mail', 'through SMTP_URL'],
      servers.psqlUrl ? ['PostgreSQL', servers.psqlUrl] : ['PostgreSQL', 'DATABASE_URL'],
      [
        'Stream',
        settings.kafkaBrokers.length > 0 ? `Kafka at ${settings.kafkaBrokers.join(', ')}` : 'in PostgreSQL',
      ],
      ['Log', logPath],
    ]),
    '',
    ...table([
      ['Write key, server', keys.server, 'trusted'],
      ['Write key, browser', keys.web, 'public, not trusted'],
      ['API key', keys.admin, 'may do everything'],
    ]),
    '',
    'Try:',
    '',
    `  curl -u ${keys.server}: ${ingest}/v1/identify -H 'content-type: application/json' \\`,
    `    -d '{"userId":"ana","traits":{"email":"ana@example.com","country":"FR"}}'`,
    '',
    `  curl -H 'authorization: Bearer ${keys.admin}' ${api}/api/v1/contacts/user:ana`,
    '',
    'README.md goes on from here to the first mail. Ctrl-C stops everything.',
    '',
    '',
  ].join('\n');
}

function table(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value, remark]) =>
    `  ${name.padEnd(width)}  ${value}${remark ? `   (${remark})` : ''}`.trimEnd(),
  );
}
