import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { createInboxServer } from './inbox-server';
import { Mailbox, type CaughtMail } from './mailbox';

export interface CatcherOptions {
  /** 0: any free port. */
  readonly smtpPort: number;
  readonly inboxPort: number;
  readonly host: string;
  /** How many mails are kept, the newest; all are counted. */
  readonly keep?: number;
}

/** A mail server that keeps what it gets, with pages to read it. */
export interface Catcher {
  readonly smtpUrl: string;
  readonly inboxUrl: string;
  /** Mails caught so far. */
  readonly total: number;
  /** Newest first. */
  list(filter?: { readonly to?: string; readonly limit?: number }): readonly CaughtMail[];
  close(): Promise<void>;
}

const kept = 10_000;
const maxBytes = 25 * 1024 * 1024;

/** Catches all mail on a local SMTP port, in memory only. */
export async function startCatcher(options: CatcherOptions): Promise<Catcher> {
  const mailbox = new Mailbox(options.keep ?? kept);
  const smtp = createSmtpServer(mailbox);
  const inbox = createInboxServer(mailbox);
  await listening(smtp.listen(options.smtpPort, options.host) as unknown as Server);
  await listening(inbox.listen(options.inboxPort, options.host)).catch(async (error: unknown) => {
    await closed(smtp);
    throw error;
  });
  return {
    smtpUrl: `smtp://${hostPort(options.host, portOf(smtp.server), '127.0.0.1')}`,
    inboxUrl: `http://${hostPort(options.host, portOf(inbox), 'localhost')}`,
    get total() {
      return mailbox.total;
    },
    list: ({ to, limit = Infinity } = {}) => mailbox.list({ to, limit }),
    close: async () => {
      inbox.closeAllConnections();
      await Promise.all([closed(smtp), closed(inbox)]);
    },
  };
}

function createSmtpServer(mailbox: Mailbox): SMTPServer {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 1_000,
    size: maxBytes,
    logger: false,
    onData: (stream, session, done) => void keep(mailbox, stream, session).then(() => done(), done),
  });
  server.on('error', () => undefined); // a client that breaks off is its own business
  return server;
}

async function keep(
  mailbox: Mailbox,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  if (stream.sizeExceeded) throw Object.assign(new Error('5.3.4 message too big'), { responseCode: 552 });
  const { mailFrom, rcptTo } = session.envelope;
  mailbox.add({
    from: mailFrom ? mailFrom.address : '',
    to: rcptTo.map(({ address }) => address),
    receivedAt: Date.now(),
    raw: Buffer.concat(chunks),
  });
}

async function listening(server: Server): Promise<void> {
  if (!server.listening) await once(server, 'listening');
}

const closed = (server: { close(done: () => void): unknown }): Promise<void> =>
  new Promise((resolve) => server.close(() => resolve()));

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function hostPort(host: string, port: number, here: string): string {
  if (['0.0.0.0', '::', '127.0.0.1'].includes(host)) return `${here}:${port}`;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
