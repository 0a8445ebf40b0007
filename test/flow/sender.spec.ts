import { randomUUID } from 'node:crypto';
import { HOUR, SECOND } from '@entente/kernel';
import {
  openCaptureMailer,
  openSmtpMailer,
  startCatcher,
  type CaptureMailer,
  type Mailer,
} from '@entente/mailer';
import { readToken } from '@entente/message';
import { openLog, systemClock } from '@entente/runtime';
import { hashAddress, optOut, readTokenKeys, senderLanes, type Database } from '@entente/storage';
import type { Ending } from '../../apps/sender/ending';
import { Preparer } from '../../apps/sender/prepare';
import { release } from '../../apps/sender/release';
import { runSender, type RunningSender } from '../../apps/sender/run-sender';
import type { Sender } from '../../apps/sender/sender';
import { EndingWriter } from '../../apps/sender/write-endings';
import { dueMessages } from '../../libs/storage/message/messages';
import { eventually } from '../support/eventually';
import { testDatabase, type TestDatabase } from '../support/postgres';
import {
  addRecipient,
  campaign,
  endPause,
  installSending,
  messageRow,
  queue,
  statusCounts,
  topic,
  wakeSenders,
} from '../support/send-fixture';

let test: TestDatabase;
let database: Database;
let mailer: CaptureMailer;
let running: RunningSender[];

beforeEach(async () => {
  test = await testDatabase();
  ({ database } = test);
  await installSending(database);
  mailer = openCaptureMailer();
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((sender) => sender.close()));
  await test.close();
});

const settings: Sender['settings'] = {
  publicUrl: 'https://mail.shop.example',
  senderConnections: 3,
  allowedRecipients: [],
  tracking: 'on',
};
const log = openLog({ logLevel: 'silent' }, 'sender');

const senderOf = (changes: Partial<Sender> = {}): Sender => ({
  id: randomUUID(),
  database,
  mailer,
  clock: systemClock,
  log,
  settings,
  count: () => undefined,
  ...changes,
});

async function start(changes: Partial<Sender> = {}, presence = 30 * SECOND): Promise<Sender> {
  const sender = senderOf(changes);
  running.push(await runSender(sender, presence));
  return sender;
}

const byLink = () => ({ way: 'one-click' as const, at: Date.now(), source: 1, evidence: {} });

const statusOf = async (id: string): Promise<string> => (await messageRow(database, id)).status;
const becomes = (id: string, status: string): Promise<void> =>
  eventually(async () => (await statusOf(id)) === status);
const told = async (): Promise<{ name: string; properties: Record<string, unknown> }[]> =>
  (await database.query<{ record: never }>('SELECT record FROM outbox ORDER BY id')).map(
    ({ record }) => record,
  );

it('sends a queued message once, and says so with the entry that allowed it', async () => {
  const contact = await addRecipient(database, 'ana@example.com');
  await start();
  const [id] = await queue(database, [contact]);
  await becomes(id!, 'sent');
  expect(mailer.sent.map(({ to }) => to)).toEqual(['ana@example.com']);
  expect(await messageRow(database, id!)).toMatchObject({ attempts: 1, entry_seq: 1 });
  expect((await told()).filter(({ name }) => name === 'Email Sent')).toMatchObject([
    {
      properties: {
        message: id,
        campaign,
        topic,
        step: 'hello',
        template: 'hello',
        subject: 'Hello {{contact.firstName}}',
      },
    },
  ]);
});

it('writes a mail that a real server takes, with signed ways out', async () => {
  const catcher = await startCatcher({ smtpPort: 0, inboxPort: 0, host: '127.0.0.1' });
  const smtp: Mailer = openSmtpMailer(catcher.smtpUrl);
  const contact = await addRecipient(database, 'ana@example.com');
  await start({ mailer: smtp });
  const [id] = await queue(database, [contact]);
  await becomes(id!, 'sent');
  const raw = catcher
    .list()[0]!
    .raw.toString('latin1')
    .replace(/\r\n[ \t]+/g, ' ');
  expect(raw).toMatch(/^DKIM-Signature: v=1; a=rsa-sha256; .*d=shop\.example; s=s1;/);
  expect(raw).toContain(`Message-ID: <${id}@shop.example>`);
  expect(raw).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
  const token = /List-Unsubscribe: <https:\/\/mail\.shop\.example\/u\/([^>]+)>/.exec(raw)![1]!;
  expect(readToken(await readTokenKeys(database), 'unsubscribe', token)).toMatchObject({
    contact,
    message: id,
    topic,
  });
  const found = (await (await fetch(`${catcher.inboxUrl}/api/messages?to=ana@`)).json()) as { total: number };
  expect(found.total).toBe(1);
  await running.pop()!.close();
  await smtp.close();
  await catcher.close();
});

describe('promise 4: no message leaves against the recipient', () => {
  it('without permission there is no mail', async () => {
    const contact = await addRecipient(database, 'ana@example.com', false);
    const [id] = await queue(database, [contact]);
    await start();
    await becomes(id!, 'refused');
    expect(await messageRow(database, id!)).toMatchObject({ reason: 'no-permission', attempts: 0 });
    expect(mailer.sent).toEqual([]);
  });

  it('an opt-out between queue and release is seen', async () => {
    const contact = await addRecipient(database, 'ana@example.com');
    const [id] = await queue(database, [contact]);
    await database.transaction((tx) =>
      optOut(tx, { contact, address: 'ana@example.com', topic, ...byLink() }),
    );
    await start();
    await becomes(id!, 'refused');
    expect(mailer.sent).toEqual([]);
  });

  it('an opt-out that is being committed is waited for', async () => {
    const contact = await addRecipient(database, 'ana@example.com');
    const [id] = await queue(database, [contact]);
    await database.transaction(async (tx) => {
      await optOut(tx, {
        contact,
        address: 'ana@example.com',
        topic,
        ...byLink(),
      });
      await start();
      await new Promise((done) => setTimeout(done, 300));
      expect(mailer.sent).toEqual([]);
      expect(await statusOf(id!)).toBe('waiting');
    });
    await becomes(id!, 'refused');
    expect(mailer.sent).toEqual([]);
  });

  it('somebody else with the same address who opted out is heard', async () => {
    const [contact, other] = [
      await addRecipient(database, 'ana@example.com'),
      await addRecipient(database, 'ana@example.com'),
    ];
    await database.transaction((tx) =>
      optOut(tx, {
        contact: other,
        address: 'ana@example.com',
        topic: '*',
        ...byLink(),
      }),
    );
    const [id] = await queue(database, [contact]);
    await start();
    await becomes(id!, 'refused');
  });
});

it('leaves the messages of a paused campaign waiting and ends those of a canceled one', async () => {
  const contact = await addRecipient(database, 'ana@example.com');
  await database.run(`UPDATE campaign SET status = 'paused'`);
  const [id] = await queue(database, [contact]);
  const sender = await start();
  await new Promise((done) => setTimeout(done, 200));
  expect(await statusOf(id!)).toBe('waiting');
  await running.pop()!.close();
  await database.run(`UPDATE campaign SET status = 'canceled'`);
  running.push(await runSender({ ...sender, id: randomUUID() }));
  await becomes(id!, 'canceled');
  expect(mailer.sent).toEqual([]);
});

it('ends what it may not or cannot send', async () => {
  const guarded = { ...settings, allowedRecipients: ['@corp.example'] };
  const stranger = await addRecipient(database, 'ana@example.com');
  const [refused] = await queue(database, [stranger]);
  await start({ settings: guarded });
  await becomes(refused!, 'refused');
  expect((await messageRow(database, refused!)).reason).toBe('not-allowed-recipient');

  const colleague = await addRecipient(database, 'bob@corp.example');
  const [late] = await queue(database, [colleague]);
  await becomes(late!, 'sent');
  await database.run(`UPDATE message SET status = 'waiting', expires_at = now() WHERE id = $1`, [late]);
  await wakeSenders(database);
  await becomes(late!, 'expired');
});

describe('the answer decides', () => {
  it('a greylisting is tried again later, with the same Message-ID', async () => {
    const contact = await addRecipient(database, 'ana@example.com');
    const seen: string[] = [];
    mailer.answer = ({ raw }) => {
      seen.push(/Message-ID: (\S+)/.exec(raw.toString('latin1'))![1]!);
      return seen.length === 1
        ? { phase: 'rcpt', code: 451, enhanced: '4.7.1', text: '4.7.1 greylisted' }
        : { phase: 'final', code: 250, text: 'ok' };
    };
    await start();
    const [id] = await queue(database, [contact]);
    await eventually(async () => (await messageRow(database, id!)).reply !== null);
    const deferred = await messageRow(database, id!);
    expect(deferred).toMatchObject({
      status: 'waiting',
      reason: 'soft-greylist',
      attempts: 1,
      reply: '451 4.7.1 greylisted',
    });
    expect(deferred.not_before.getTime()).toBeGreaterThan(Date.now() + 9 * 60 * SECOND);
    await endPause(database, id!);
    await becomes(id!, 'sent');
    expect(seen[0]).toBe(seen[1]);
    expect((await messageRow(database, id!)).attempts).toBe(2);
  });

  it('an unknown user is suppressed at once, without the address in the record', async () => {
    const contact = await addRecipient(database, 'ana@example.com');
    mailer.answer = () => ({
      phase: 'rcpt',
      code: 550,
      enhanced: '5.1.1',
      text: '5.1.1 <ana@example.com> no such user',
    });
    await start();
    const [first] = await queue(database, [contact]);
    await becomes(first!, 'failed');
    expect(await messageRow(database, first!)).toMatchObject({
      reason: 'hard-address',
      reply: expect.not.stringContaining('ana@'),
    });
    expect(await told()).toContainEqual(
      expect.objectContaining({
        name: 'Email Bounced',
        properties: expect.objectContaining({ kind: 'hard-address', suppressed: true }),
      }),
    );
    const hash = await hashAddress(database, 'ana@example.com');
    expect(
      await database.query('SELECT topic, reason FROM suppression WHERE address_hash = $1', [hash]),
    ).toEqual([{ topic: '*', reason: 'hard-bounce' }]);
    const [second] = await queue(database, [contact]);
    await becomes(second!, 'refused');
    expect((await messageRow(database, second!)).reason).toBe('hard-bounce');
  });

  it('no answer after the content means unknown, and nothing more is sent', async () => {
    const contact = await addRecipient(database, 'ana@example.com');
    let times = 0;
    mailer.answer = () => {
      times += 1;
      return { phase: 'final', text: 'Connection closed unexpectedly' };
    };
    await start();
    const [id] = await queue(database, [contact]);
    await becomes(id!, 'unknown');
    await endPause(database, id!);
    await new Promise((done) => setTimeout(done, 300));
    expect(times).toBe(1);
  });

  it('a mail server that is away releases nothing', async () => {
    const contact = await addRecipient(database, 'ana@example.com');
    const away = openSmtpMailer('smtp://127.0.0.1:1');
    await start({ mailer: away });
    const [id] = await queue(database, [contact]);
    await new Promise((done) => setTimeout(done, 400));
    expect(await messageRow(database, id!)).toMatchObject({
      status: 'waiting',
      attempts: 0,
      released_by: null,
    });
  });
});

describe('an outcome that cannot be written', () => {
  const unwritable = 'no such user \u0000';

  async function releasedMessage() {
    const contact = await addRecipient(database, 'ana@example.com');
    const [id] = await queue(database, [contact]);
    const sender = senderOf();
    const buckets = await senderLanes(database, sender.id, 30 * SECOND).balance();
    const due = await dueMessages(database, { buckets, now: Date.now(), limit: 10 });
    const { ready } = await new Preparer(sender).prepare(due);
    const { released } = await release(sender, ready);
    return { id: id!, contact, sender, released: released[0]! };
  }

  async function write(sender: Sender, ending: Ending): Promise<void> {
    const writer = new EndingWriter(sender);
    writer.add(ending);
    await writer.drained();
  }

  it('leaves no message on its way, and its address is not mailed again', async () => {
    const { id, contact, sender, released } = await releasedMessage();
    const { releasedAt, addressHash } = released;
    await write(sender, {
      ended: { contact, id, releasedAt, status: 'failed', reason: 'hard-address', reply: unwritable },
      suppress: { addressHash, detail: 'hard-address' },
    });
    expect(await messageRow(database, id)).toMatchObject({
      status: 'unknown',
      reason: 'outcome-not-written',
    });
    expect(await database.query('SELECT reason FROM suppression')).toEqual([{ reason: 'hard-bounce' }]);
  });

  it('is tried again while the database cannot take it', async () => {
    const { id, contact, sender, released } = await releasedMessage();
    let failures = 0;
    const busy: Pick<Database, 'transaction'> = {
      transaction: (work) => {
        const code = ['EPIPE', '55P03'][failures];
        failures += 1;
        return code ? Promise.reject(Object.assign(new Error(code), { code })) : database.transaction(work);
      },
    };
    const { releasedAt } = released;
    await write(
      { ...sender, database: busy as Database },
      { ended: { contact, id, releasedAt, status: 'sent', reply: '250 ok' } },
    );
    expect([await statusOf(id), failures]).toEqual(['sent', 3]);
  });

  it('that gives a message up is told where it holds, and once', async () => {
    const { id, contact, sender, released } = await releasedMessage();
    const giveUp = (releasedAt: number): Ending => ({
      ended: { contact, id, releasedAt, status: 'expired', reason: 'soft', reply: '451 later' },
      isWithheld: true,
    });
    const withheld = async () => (await told()).filter(({ name }) => name === 'Email Withheld');
    await write(sender, giveUp(released.releasedAt - 1));
    expect([await statusOf(id), await withheld()]).toEqual(['sending', []]);
    for (let times = 0; times < 2; times += 1) await write(sender, giveUp(released.releasedAt));
    expect(await withheld()).toMatchObject([
      { properties: { message: id, reason: 'soft', chain: [campaign] } },
    ]);
  });

  it('is none for a NUL in what a server says', async () => {
    const contact = await addRecipient(database, 'ana@example.com');
    mailer.answer = () => ({ phase: 'rcpt', code: 550, enhanced: '5.1.1', text: unwritable });
    await start();
    const [id] = await queue(database, [contact]);
    await becomes(id!, 'failed');
  });
});

describe('promise 8: a message is handed over at most once', () => {
  /** What a sender does before it hands over; then it is gone. */
  async function dieAfterRelease(presence: number): Promise<Sender> {
    const sender = senderOf();
    const buckets = await senderLanes(database, sender.id, presence).balance();
    const due = await dueMessages(database, { buckets, now: Date.now(), limit: 10 });
    const { ready } = await new Preparer(sender).prepare(due);
    expect((await release(sender, ready)).released).toHaveLength(due.length);
    return sender;
  }

  it('what a killed sender had released becomes unknown and is never sent by itself', async () => {
    const contact = await addRecipient(database, 'ana@example.com');
    const [id] = await queue(database, [contact]);
    const dead = await dieAfterRelease(400);
    await start({}, SECOND);
    expect(await statusOf(id!)).toBe('sending');
    await becomes(id!, 'unknown');
    await endPause(database, id!);
    await new Promise((done) => setTimeout(done, 500));
    expect(mailer.sent).toEqual([]);
    expect(await messageRow(database, id!)).toMatchObject({
      status: 'unknown',
      reason: 'sender-lost',
      released_by: dead.id,
    });
  });

  it('a sender whose presence has lapsed releases nothing', async () => {
    const contact = await addRecipient(database, 'ana@example.com');
    const [id] = await queue(database, [contact]);
    const sender = senderOf();
    const due = await dueMessages(database, {
      buckets: Array.from({ length: 32 }, (_, n) => n),
      now: Date.now(),
      limit: 10,
    });
    const { ready } = await new Preparer(sender).prepare(due);
    expect(await release(sender, ready)).toEqual({ released: [], stopped: 0 });
    expect(await statusOf(id!)).toBe('waiting');
  });

  it('two senders at once send each message once and share the lanes', async () => {
    const contacts = await Promise.all(
      Array.from({ length: 150 }, (_, n) => addRecipient(database, `person${n}@example.com`)),
    );
    const [a, b] = [await start({}, SECOND), await start({}, SECOND)];
    await queue(database, contacts);
    await queue(database, contacts);
    await eventually(async () => (await statusCounts(database))['sent'] === 300);
    expect(mailer.sent).toHaveLength(300);
    const ids = mailer.sent.map(({ raw }) => /Message-ID: (\S+)/.exec(raw.toString('latin1'))![1]);
    expect(new Set(ids).size).toBe(300);
    await eventually(async () => {
      const rows = await database.query<{ owner: string; lanes: number }>(
        `SELECT owner, count(*)::int AS lanes FROM lease WHERE name ~ '^lanes/[0-9]+$' GROUP BY owner`,
      );
      return [a, b].every(({ id }) => rows.some(({ owner, lanes }) => owner === id && lanes === 16));
    });
  });

  it('a closing sender finishes what it has in hand and leaves the rest waiting', async () => {
    const contacts = await Promise.all(
      Array.from({ length: 40 }, (_, n) => addRecipient(database, `person${n}@example.com`)),
    );
    mailer.answer = async () => {
      await new Promise((done) => setTimeout(done, 30));
      return { phase: 'final', code: 250, text: 'ok' };
    };
    await start();
    await queue(database, contacts);
    await eventually(() => mailer.sent.length > 0);
    await running.pop()!.close();
    const counts = await statusCounts(database);
    expect(counts['sent']).toBe(mailer.sent.length);
    expect(counts['sending']).toBeUndefined();
    expect((counts['sent'] ?? 0) + (counts['waiting'] ?? 0)).toBe(40);
    expect(await database.query(`SELECT name FROM lease`)).toEqual([]);
  });
});

it('what cannot be rendered fails alone', async () => {
  await database.run(
    `UPDATE template_version SET html = '{{#each contact.list}}{{#each ../contact.list}}x{{/each}}{{/each}}'`,
  );
  const [broken, fine] = [
    await addRecipient(database, 'a@example.com'),
    await addRecipient(database, 'b@example.com'),
  ];
  const list = { 1: [Array.from({ length: 300 }, (_, n) => n), Date.now() - HOUR, randomUUID()] };
  await database.run('UPDATE profile SET traits = $2 WHERE contact_id = $1', [
    broken,
    JSON.stringify({ list }),
  ]);
  await start();
  const [first, second] = await queue(database, [broken, fine]);
  await becomes(first!, 'failed');
  await becomes(second!, 'sent');
  expect((await messageRow(database, first!)).reason).toBe('not-writable');
});
