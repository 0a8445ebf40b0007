import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { NotConnected, openSmtpMailer, type Mailer } from '@entente/mailer';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { mailFor } from '../support/mails';

interface Seen {
  secure: boolean;
  user?: string;
}

let seen: Seen[];
let server: SMTPServer;
let mailers: Mailer[];

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined); // the test server warns about its own certificate
  seen = [];
  mailers = [];
});
afterEach(async () => {
  await Promise.all(mailers.map((mailer) => mailer.close()));
  await new Promise<void>((done) => server.close(done));
});

/** A server with a certificate that nobody has signed. */
async function start(options: SMTPServerOptions = {}): Promise<string> {
  server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 50,
    onAuth: (auth, _session, done) =>
      auth.username === 'user' && auth.password === 'p@ss'
        ? done(null, { user: 'user' })
        : done(new Error('no')),
    onData: (stream, session, done) => {
      seen.push({ secure: session.secure, ...(session.user && { user: String(session.user) }) });
      stream.resume().on('end', () => done());
    },
    ...options,
  });
  server.on('error', () => undefined);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `127.0.0.1:${(server.server.address() as AddressInfo).port}`;
}

async function send(url: string): Promise<unknown> {
  const mailer = openSmtpMailer(url, { connect: 2_000, greeting: 2_000, quit: 100 });
  mailers.push(mailer);
  const session = await mailer.open().catch((error: unknown) => error as NotConnected);
  return session instanceof NotConnected ? session.reply : session.send(mailFor());
}

it('uses TLS where it is offered, without asking who signed the certificate', async () => {
  expect(await send(`smtp://${await start()}`)).toMatchObject({ code: 250 });
  expect(seen).toEqual([{ secure: true }]);
});

it('goes on without TLS where none is offered', async () => {
  expect(await send(`smtp://${await start({ disabledCommands: ['STARTTLS'] })}`)).toMatchObject({
    code: 250,
  });
  expect(seen).toEqual([{ secure: false }]);
});

it.each(['smtp://user:p%40ss@HOST', 'smtp://HOST?tls=required', 'smtp://HOST/?tls=required'])(
  'M13: %s trusts only a certificate that somebody vouches for',
  async (url) => {
    expect(await send(url.replace('HOST', await start()))).toMatchObject({ phase: 'connect' });
    expect(seen).toEqual([]);
  },
);

it('M13: smtps: trusts only a certificate that somebody vouches for', async () => {
  expect(await send(`smtps://${await start({ secure: true })}`)).toMatchObject({ phase: 'connect' });
});

it('M13: a stripped STARTTLS ends the session before the password', async () => {
  const url = `smtp://user:p%40ss@${await start({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true })}`;
  expect(await send(url)).toMatchObject({ phase: 'connect' });
  expect(seen).toEqual([]);
});
