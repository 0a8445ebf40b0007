import { classifyReply } from '@entente/delivery';
import { NotConnected, openSmtpMailer, type Mailer, type Reply } from '@entente/mailer';
import { startFaultServer, type FaultServer, type Script } from '../support/fault-server';
import { mailFor } from '../support/mails';

let server: FaultServer;
let mailer: Mailer;

beforeEach(async () => {
  server = await startFaultServer();
  mailer = openSmtpMailer(server.url, {
    connect: 1_000,
    greeting: 1_000,
    envelope: 1_000,
    content: 1_000,
    quit: 100,
  });
});
afterEach(async () => {
  await mailer.close();
  await server.close();
});

async function reply(script: Script): Promise<Reply> {
  server.script = script;
  const session = await mailer.open().catch((error: unknown) => error as NotConnected);
  return session instanceof NotConnected
    ? session.reply
    : session.send(mailFor({ html: 'x'.repeat(200_000) }));
}

/** Every fault gives the phase it was met in, and so the right outcome: nothing is sent twice, nothing is lost (O02). */
it.each<[string, Script, Partial<Reply>, string]>([
  ['nothing', {}, { phase: 'final', code: 250, enhanced: '2.0.0' }, 'sent'],
  [
    '421 greeting',
    { greeting: '421 4.3.2 busy' },
    { phase: 'connect', code: 421, enhanced: '4.3.2' },
    'deferred',
  ],
  ['554 greeting', { greeting: '554 no' }, { phase: 'connect', code: 554 }, 'deferred'],
  ['no greeting', { greeting: 'hang' }, { phase: 'connect' }, 'deferred'],
  ['drop instead of a greeting', { greeting: 'drop' }, { phase: 'connect' }, 'deferred'],
  ['garbage greeting', { greeting: 'HTTP/1.1 400 Bad' }, { phase: 'connect' }, 'deferred'],
  [
    'EHLO and HELO refused',
    { EHLO: '500 what', HELO: '500 what' },
    { phase: 'connect', code: 500 },
    'either',
  ],
  ['EHLO refused, HELO taken', { EHLO: '502 5.5.1 no' }, { phase: 'final', code: 250 }, 'sent'],
  ['450 at MAIL', { MAIL: '450 4.3.2 later' }, { phase: 'mail', code: 450 }, 'deferred'],
  ['550 at MAIL', { MAIL: '550 5.1.8 bad sender' }, { phase: 'mail', code: 550 }, 'failed'],
  ['450 at RCPT', { RCPT: '450 4.2.1 later' }, { phase: 'rcpt', code: 450, enhanced: '4.2.1' }, 'deferred'],
  [
    '550 at RCPT',
    { RCPT: '550 5.1.1 no such user' },
    { phase: 'rcpt', code: 550, enhanced: '5.1.1' },
    'failed',
  ],
  [
    'a multi-line 550 at RCPT',
    { RCPT: '550-5.1.1 the mailbox\r\n550-5.1.1 you tried\r\n550 5.1.1 does not exist' },
    { phase: 'rcpt', code: 550, text: '5.1.1 the mailbox you tried does not exist' },
    'failed',
  ],
  ['no enhanced code', { RCPT: '550 user unknown' }, { phase: 'rcpt', code: 550 }, 'failed'],
  ['451 at DATA', { DATA: '451 4.7.1 greylisted' }, { phase: 'data', code: 451 }, 'deferred'],
  ['554 at DATA', { DATA: '554 5.7.1 spam' }, { phase: 'data', code: 554 }, 'failed'],
  ['hang at MAIL', { MAIL: 'hang' }, { phase: 'mail' }, 'deferred'],
  ['hang at DATA', { DATA: 'hang' }, { phase: 'mail' }, 'deferred'],
  ['drop at RCPT', { RCPT: 'drop' }, { phase: 'mail' }, 'deferred'],
  ['drop at DATA', { DATA: 'drop' }, { phase: 'mail' }, 'deferred'],
  ['garbage at MAIL', { MAIL: 'what?' }, { phase: 'mail' }, 'deferred'],
  ['drop in the content', { midData: { bytes: 1_000, fault: 'drop' } }, {}, 'unknown'],
  ['hang in the content', { midData: { bytes: 1_000, fault: 'hang' } }, {}, 'unknown'],
  ['drop after the dot', { final: 'drop' }, { phase: 'final' }, 'unknown'],
  ['hang after the dot', { final: 'hang' }, { phase: 'final' }, 'unknown'],
  ['garbage after the dot', { final: 'OK, fine' }, { phase: 'final', text: 'OK, fine' }, 'unknown'],
  ['an answer of another kind after the dot', { final: '354 go on' }, { phase: 'final' }, 'unknown'],
  ['452 after the dot', { final: '452 4.3.1 full' }, { phase: 'final', code: 452 }, 'deferred'],
  ['554 after the dot', { final: '554 5.7.1 content refused' }, { phase: 'final', code: 554 }, 'failed'],
  ['421 after the dot', { final: '421 4.3.0 closing' }, { phase: 'final', code: 421 }, 'deferred'],
  ['250, then a reset', { final: { thenReset: '250 2.0.0 taken' } }, { phase: 'final', code: 250 }, 'sent'],
  ['an answer byte by byte', { final: { slowly: '250 2.0.0 ok' } }, { phase: 'final', code: 250 }, 'sent'],
])('%s', async (_, script, expected, outcome) => {
  const given = await reply(script);
  expect(given).toMatchObject(expected);
  if (outcome !== 'either') expect(classifyReply(given).is).toBe(outcome);
});

it('goes on in the same session after a refused recipient', async () => {
  const session = await mailer.open();
  server.script = { RCPT: '550 5.1.1 no such user' };
  expect((await session.send(mailFor())).code).toBe(550);
  server.script = {};
  expect((await session.send(mailFor())).code).toBe(250);
  expect(server.commands.filter((command) => command === 'RSET')).toHaveLength(1);
});

it.each<[string, Script]>([
  ['an unanswered mail', { final: 'hang' }],
  ['421', { RCPT: '421 4.3.2 closing' }],
])('ends the session after %s', async (_, script) => {
  server.script = script;
  const session = await mailer.open();
  await session.send(mailFor());
  expect(session.isOpen).toBe(false);
});

it('takes a mail back whose content was not asked for in time, and none whose content is on its way', async () => {
  server.script = { DATA: 'hang' };
  const first = await mailer.open();
  expect(await first.send(mailFor(), { beginWithin: 20 })).toMatchObject({ phase: 'mail' });
  server.script = { final: { slowly: '250 2.0.0 ok' } };
  const second = await mailer.open();
  expect(await second.send(mailFor(), { beginWithin: 100 })).toMatchObject({ phase: 'final', code: 250 });
  expect(server.commands.filter((command) => command === '.')).toHaveLength(1);
});

it('gives its password to nobody without TLS', async () => {
  const careful = openSmtpMailer(server.url.replace('smtp://', 'smtp://user:secret@'), {
    connect: 300,
    greeting: 300,
  });
  const error = await careful.open().catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(NotConnected);
  expect(server.commands.join(' ')).not.toContain('AUTH');
});

it('says that nobody listens', async () => {
  await server.close();
  await expect(mailer.open()).rejects.toMatchObject({ reply: { phase: 'connect' } });
});
