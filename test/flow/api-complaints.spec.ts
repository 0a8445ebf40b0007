import { randomUUID } from 'node:crypto';
import { DAY, HOUR, MINUTE, SECOND, toIso } from '@entente/kernel';
import { openCaptureMailer, type CaptureMailer } from '@entente/mailer';
import { signToken } from '@entente/message';
import { openLog, systemClock } from '@entente/runtime';
import { hashAddress, lockAddress, readTokenKeys, recordPermission } from '@entente/storage';
import { runSender } from '../../apps/sender/run-sender';
import { TestApi } from '../support/api';
import { EngineWorld } from '../support/engine-world';
import { eventually } from '../support/eventually';
import { addRecipient, installSending, messageRow, queue, topic } from '../support/send-fixture';

/** What the API logs. */
const lines: string[] = [];
let api: TestApi;
let mailer: CaptureMailer;
let sender: Awaited<ReturnType<typeof runSender>>;
beforeAll(async () => {
  const log = openLog({ logLevel: 'warn' }, 'api', { write: (line) => lines.push(line) });
  api = await TestApi.start({ log });
  await installSending(api.test.database);
  mailer = openCaptureMailer();
  const settings = {
    publicUrl: 'https://mail.shop.example',
    senderConnections: 1,
    allowedRecipients: [],
    tracking: 'on' as const,
  };
  const silent = openLog({ logLevel: 'silent' }, 'sender');
  const { database } = api.test;
  sender = await runSender(
    { id: randomUUID(), database, mailer, clock: systemClock, log: silent, settings, count: () => undefined },
    30 * SECOND,
  );
});
afterAll(async () => {
  await sender.close();
  await api.close();
});

interface Mailed {
  readonly contact: string;
  readonly id: string;
  readonly address: string;
  readonly raw: string;
}

let next = 0;
async function mailed(): Promise<Mailed> {
  const address = `ana${(next += 1)}@example.com`;
  const contact = await addRecipient(api.test.database, address);
  return mailedTo({ contact, address });
}

async function mailedTo({ contact, address }: Pick<Mailed, 'contact' | 'address'>): Promise<Mailed> {
  const { database } = api.test;
  const [id] = await queue(database, [contact]);
  await eventually(async () => (await messageRow(database, id!)).status === 'sent');
  const raw = mailer.sent.findLast(({ to }) => to === address)!.raw.toString('latin1');
  return { contact, id: id!, address, raw };
}

/** Subscribes again, as somebody does on a page of the site. */
const subscribe = (contact: string) =>
  api.test.database.transaction((tx) =>
    recordPermission(tx, {
      contact,
      topic,
      act: 'granted',
      actor: 'recipient',
      way: 'preferences',
      basis: 'consent',
      source: 1,
      evidence: {},
      at: Date.now(),
    }),
  );

const report = (raw: string, type = 'abuse', reporter = 'Reporter/1.0', at?: number): string =>
  [
    'From: <feedback@provider.example>',
    ...(at === undefined ? [] : [`Date: ${new Date(at).toUTCString()}`]),
    'Content-Type: multipart/report; report-type=feedback-report; boundary="-report"',
    '',
    '---report',
    'Content-Type: message/feedback-report',
    '',
    ...(type ? [`Feedback-Type: ${type}`] : []),
    `User-Agent: ${reporter}`,
    'Version: 1',
    '',
    '---report',
    'Content-Type: message/rfc822',
    '',
    raw,
    '---report--',
    '',
  ].join('\r\n');

/** As anybody could write it. */
const withoutToken = (raw: string): string => raw.replace(/\/u\/[\w-]+/g, '/u/x');

const send = (body: string) =>
  api.call('POST', '/complaints', body, {
    role: 'publisher',
    headers: { 'content-type': 'message/rfc822' },
  });
const tell = (body: object) => api.call('POST', '/complaints', body, { role: 'publisher' });

const told = async (contact: string) =>
  (
    await api.test.database.query<{ record: { name: string; properties: object; timestamp: number } }>(
      'SELECT record FROM outbox WHERE key = $1 ORDER BY id',
      [`id:${contact}`],
    )
  ).map(({ record }) => record);
const namesTold = async (contact: string) => (await told(contact)).map(({ name }) => name);
const suppressions = async (address: string) =>
  api.test.database.query<{ topic: string; reason: string }>(
    `SELECT topic, reason FROM suppression WHERE address_hash = $1 AND lifted_at IS NULL ORDER BY reason, topic`,
    [await hashAddress(api.test.database, address)],
  );
const ended = [
  { topic: '*', reason: 'complaint' },
  { topic: '*', reason: 'opt-out' },
];
const permissionsOf = async (contact: string) =>
  (await api.call('GET', `/contacts/id:${contact}/permissions`)).body;

const unverified = async (): Promise<number> => {
  const metrics = await (await fetch(`${api.app.url}/metrics`)).text();
  return Number(/^entente_reports_total\{effect="unverified".*\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
};

describe('a complaint', () => {
  it('suppresses the address, withdraws every permission with its evidence, and is told', async () => {
    const { contact, id, address, raw } = await mailed();
    const { status, body } = await send(report(raw));
    expect([status, body]).toEqual([
      200,
      { type: 'abuse', effect: 'complaint', message: `${contact}.${id}`, already: false },
    ]);
    expect(await suppressions(address)).toEqual(ended);
    const { topics, entries } = await permissionsOf(contact);
    expect(topics).toMatchObject([{ topic, state: 'withdrawn', allowed: false }]);
    expect(entries.at(-1)).toMatchObject({
      topic: '*',
      act: 'withdrawn',
      actor: 'recipient',
      evidence: { way: 'complaint', format: 'mail', type: 'abuse', reporter: 'Reporter/1.0' },
    });
    const properties = {
      message: id,
      campaign: 'welcome',
      topic,
      step: 'hello',
      template: 'hello',
      subject: 'Hello {{contact.firstName}}',
    };
    expect((await told(contact)).filter(({ name }) => name === 'Email Complained')).toMatchObject([
      { properties: { ...properties, type: 'abuse' } },
    ]);
    expect(await namesTold(contact)).not.toContain('Unsubscribed');
  });

  it('is in the audit log with the mail that it is about', async () => {
    const { contact, id, raw } = await mailed();
    await send(report(raw));
    expect((await api.call('GET', '/audit?limit=1')).body.items[0]).toMatchObject({
      route: '/api/v1/complaints',
      target: `${contact}.${id}`,
    });
  });

  it('keeps of who reports it a short text that names nobody', async () => {
    const { contact, raw } = await mailed();
    await send(report(raw, 'abuse', `Mailbox <ana.smith@example.com>, ${'x'.repeat(300)}`));
    const { entries } = await permissionsOf(contact);
    expect(entries.at(-1).evidence.reporter).toBe(`Mailbox <[address]>, ${'x'.repeat(179)}`);
  });

  it('stops what waits for the address', async () => {
    const { contact, raw } = await mailed();
    await send(report(raw));
    const [id] = await queue(api.test.database, [contact]);
    await eventually(async () => (await messageRow(api.test.database, id!)).status === 'refused');
  });

  it('counts once, so that a repetition undoes no later subscription', async () => {
    const { contact, id, raw } = await mailed();
    const all = await Promise.all([
      send(report(raw)),
      send(report(raw)),
      tell({ message: `${contact}.${id}` }),
    ]);
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(all.map(({ body }) => body.already).sort()).toEqual([false, true, true]);
    await subscribe(contact);
    expect((await send(report(raw))).body).toMatchObject({ already: true });
    expect((await permissionsOf(contact)).topics).toMatchObject([{ topic, state: 'granted' }]);
    expect((await namesTold(contact)).filter((name) => name === 'Email Complained')).toHaveLength(1);
  });

  it('about another mail to the same person counts too', async () => {
    const first = await mailed();
    const second = await mailedTo(first);
    expect((await send(report(first.raw))).body).toMatchObject({ already: false });
    expect((await send(report(second.raw))).body).toMatchObject({
      message: `${second.contact}.${second.id}`,
      already: false,
    });
  });

  it('needs no type, but what Entente signed, where a Message-ID would say it too', async () => {
    const { address, raw, contact, id } = await mailed();
    const redacted = raw.replace(/^List-Unsubscribe: .*(?:\r\n[ \t].*)*/m, 'List-Unsubscribe: <redacted>');
    const { status, body: refused } = await send(report(redacted, ''));
    expect([status, refused.problems[0].code]).toEqual([422, 'unsigned']);
    expect(await suppressions(address)).toEqual([]);
    expect((await tell({ message: `<${id}@shop.example>` })).body).toMatchObject({ already: false });
    const { body } = await send(report(raw, ''));
    expect(body).toMatchObject({ type: 'abuse', effect: 'complaint', already: true });
    expect(await suppressions(address)).toEqual(ended);
    expect(await namesTold(contact)).toContain('Email Complained');
  });

  it('is known by the signed link where a relay has written a Message-ID of its own', async () => {
    const { contact, id, raw } = await mailed();
    const relayed = raw.replace(/^Message-ID: .*/m, 'Message-ID: <0100018b@relay.example>');
    expect((await send(report(relayed))).body).toMatchObject({ message: `${contact}.${id}`, already: false });
  });

  it.each([
    ['its Message-ID', ({ id }: Mailed) => `<${id}@shop.example>`],
    ['the id alone', ({ id }: Mailed) => id],
    ['its name in the API', ({ contact, id }: Mailed) => `${contact}.${id}`],
  ])('may be told in JSON by %s', async (_, nameOf) => {
    const one = await mailed();
    expect((await tell({ message: nameOf(one), type: 'abuse' })).body).toMatchObject({ already: false });
    expect(await suppressions(one.address)).toEqual(ended);
  });

  it('is of when it was, never before its mail, and never yet to come', async () => {
    const now = Math.floor(Date.now() / SECOND) * SECOND;
    const left = now - HOUR;
    const toldAt = async (tellOf: (one: Mailed) => ReturnType<typeof send>) => {
      const one = await mailed();
      const { database } = api.test;
      await database.run('UPDATE message SET released_at = $2 WHERE id = $1', [one.id, toIso(left)]);
      expect((await tellOf(one)).status).toBe(200);
      const { timestamp } = (await told(one.contact)).find(({ name }) => name === 'Email Complained')!;
      const { entries } = await permissionsOf(one.contact);
      expect(entries.at(-1).claimedAt).toBe(toIso(timestamp));
      return timestamp;
    };
    const ways = [
      (at: number) => toldAt(({ id }) => tell({ message: id, at: toIso(at) })),
      (at: number) => toldAt(({ raw }) => send(report(raw, 'abuse', 'Reporter/1.0', at))),
    ];
    for (const way of ways) {
      expect(await way(now - HOUR / 2)).toBe(now - HOUR / 2);
      expect(await way(left - HOUR)).toBe(left);
      for (const ahead of [MINUTE, DAY]) {
        const said = await way(now + ahead);
        expect(said).toBeGreaterThanOrEqual(now);
        expect(said).toBeLessThanOrEqual(Date.now());
      }
    }
  });

  it.each(['abuse', 'opt-out'])('waits for whoever holds the address, if %s', async (type) => {
    const { address, raw } = await mailed();
    let answered = false;
    const hash = await hashAddress(api.test.database, address);
    const answer = await api.test.database.transaction(async (tx) => {
      await lockAddress(tx, hash);
      const sent = send(report(raw, type)).finally(() => (answered = true));
      await new Promise((done) => setTimeout(done, 200));
      expect(answered).toBe(false);
      return { sent };
    });
    expect((await answer.sent).status).toBe(200);
  });

  it('of somebody erased keeps the address from mail, and nothing else', async () => {
    const { contact, address, raw } = await mailed();
    const before = await namesTold(contact);
    await api.test.database.run('UPDATE contact SET erased_at = now() WHERE id = $1', [contact]);
    expect((await send(report(raw))).body).toMatchObject({ effect: 'complaint', already: false });
    expect(await suppressions(address)).toEqual([{ topic: '*', reason: 'complaint' }]);
    expect(await namesTold(contact)).toEqual(before);
    const another = await mailed();
    await api.test.database.run('UPDATE contact SET erased_at = now() WHERE id = $1', [another.contact]);
    const optOut = () => send(report(another.raw, 'opt-out'));
    expect((await optOut()).body).toMatchObject({ effect: 'opt-out', already: false });
    expect((await optOut()).body).toMatchObject({ effect: 'opt-out', already: true });
    expect(await suppressions(another.address)).toEqual([{ topic, reason: 'opt-out' }]);
    expect(await namesTold(another.contact)).not.toContain('Unsubscribed');
  });
});

describe('a segment of those who complained', () => {
  it('follows, and the report of the campaign counts them', async () => {
    const world = new EngineWorld(api.test.database, Date.now());
    const rule = { message: 'complained', sentBy: 'welcome' };
    expect((await api.call('PUT', '/segments/annoyed', { rule })).status).toBe(202);
    const sequence = [{ message: 'sent' }, { message: 'complained', within: 'PT1H' }];
    expect((await api.call('PUT', '/segments/soon-annoyed', { rule: { sequence } })).status).toBe(202);
    const members = async (segment: string) =>
      (await api.call('GET', `/segments/${segment}/members?limit=500`)).body.items.map(
        (one: { contact: string }) => one.contact,
      );
    const [one, other] = [await mailed(), await mailed()];
    const settle = async () => {
      await world.passTo(Date.now());
      for (let round = 0; round < 3; round += 1) await world.work();
    };
    await settle();
    expect(await members('annoyed')).not.toContain(`id:${one.contact}`);
    const before = (await api.call('GET', '/campaigns/welcome/report')).body.complaints;
    await send(report(one.raw));
    await send(report(other.raw, 'opt-out'));
    await settle();
    for (const segment of ['annoyed', 'soon-annoyed']) {
      expect(await members(segment)).toContain(`id:${one.contact}`);
      expect(await members(segment)).not.toContain(`id:${other.contact}`);
    }
    expect((await api.call('GET', '/campaigns/welcome/report')).body.complaints).toBe(before + 1);
  });
});

describe('another report', () => {
  it('opts out of the topic of the mail', async () => {
    const { contact, id, address, raw } = await mailed();
    expect((await send(report(raw, 'opt-out'))).body).toMatchObject({ effect: 'opt-out', already: false });
    expect((await send(report(raw, 'opt-out'))).body).toMatchObject({ effect: 'opt-out', already: true });
    expect(await suppressions(address)).toEqual([{ topic, reason: 'opt-out' }]);
    expect((await told(contact)).find(({ name }) => name === 'Unsubscribed')!.properties).toEqual({
      topic,
      entry: expect.stringMatching(`^${contact}:`) as string,
      way: 'report',
      claimedAt: expect.any(String) as string,
      source: 'api',
      message: id,
      campaign: 'welcome',
      template: 'hello',
      subject: 'Hello {{contact.firstName}}',
    });
    expect(await namesTold(contact)).not.toContain('Email Complained');
  });

  it('to opt out counts once for each mail, so that a repetition undoes no later subscription', async () => {
    const first = await mailed();
    const second = await mailedTo(first);
    const { contact } = first;
    const all = await Promise.all([send(report(first.raw, 'opt-out')), send(report(first.raw, 'opt-out'))]);
    expect(all.map(({ body }) => body.already).sort()).toEqual([false, true]);
    await subscribe(contact);
    expect((await send(report(first.raw, 'opt-out'))).body).toMatchObject({ already: true });
    expect((await permissionsOf(contact)).topics).toMatchObject([{ topic, state: 'granted' }]);
    expect((await send(report(second.raw, 'opt-out'))).body).toMatchObject({ already: false });
    expect((await permissionsOf(contact)).topics).toMatchObject([{ topic, state: 'withdrawn' }]);
  });

  it.each(['fraud', 'virus', 'auth-failure', 'other', 'constructor', 'sonst\u00a0was'])(
    'that says %s changes nothing, and is a warning in the log',
    async (type) => {
      const { contact, id, address, raw } = await mailed();
      const before = await namesTold(contact);
      lines.length = 0;
      const { status, body } = await send(report(raw, type, 'Reporter of ana@example.com'));
      expect([status, body.effect, body.message]).toEqual([200, 'none', `${contact}.${id}`]);
      expect(await suppressions(address)).toEqual([]);
      expect(await namesTold(contact)).toEqual(before);
      expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
        { level: 'warn', type: body.type, reporter: 'Reporter of [address]', message: id },
      ]);
    },
  );

  it('that says not-spam is nothing to anybody', async () => {
    const { contact, address, raw } = await mailed();
    const before = await namesTold(contact);
    lines.length = 0;
    for (const about of [raw, withoutToken(raw)])
      expect(await send(report(about, 'not-spam'))).toMatchObject({
        status: 200,
        body: { effect: 'none', message: null },
      });
    expect(await suppressions(address)).toEqual([]);
    expect(await namesTold(contact)).toEqual(before);
    expect(lines).toEqual([]);
  });
});

describe('no effect has a report', () => {
  const refusal = async (answer: ReturnType<typeof send>) => {
    const { status, body, headers } = await answer;
    expect(headers.get('content-type')).toContain('application/problem+json');
    return [status, body.problems?.[0]?.code];
  };

  it.each(['abuse', 'opt-out', 'fraud', 'other'])('of %s about a mail that is not ours', async (type) => {
    const { raw, id } = await mailed();
    const other = withoutToken(raw.replaceAll(id, randomUUID()));
    const before = await unverified();
    lines.length = 0;
    expect(await refusal(send(report(other, type)))).toEqual([422, 'unsigned']);
    expect(await refusal(tell({ message: `<${randomUUID()}@shop.example>`, type }))).toEqual([
      404,
      undefined,
    ]);
    expect(await refusal(tell({ message: `7.${id}`, type }))).toEqual([404, undefined]);
    expect(await unverified()).toBe(before + 3);
    expect(lines).toEqual([]);
  });

  it('whose token names another contact than the mail has', async () => {
    const { contact, id, address, raw } = await mailed();
    const [key] = await readTokenKeys(api.test.database);
    const addressHash = await hashAddress(api.test.database, address);
    const payload = { purpose: 'unsubscribe', contact: `${contact}0`, addressHash, message: id } as const;
    const forged = raw.replace(
      /(?<=^List-Unsubscribe: )<[^>]*>/m,
      `<https://x/u/${signToken(key!, payload)}>`,
    );
    expect(await refusal(send(report(forged)))).toEqual([404, undefined]);
    expect(await suppressions(address)).toEqual([]);
  });

  it('about a message that never left', async () => {
    const contact = await addRecipient(api.test.database, 'no@example.com', false);
    const [id] = await queue(api.test.database, [contact]);
    expect(await refusal(tell({ message: `${contact}.${id}` }))).toEqual([404, undefined]);
  });

  it('about a message that was given to a server, and did not leave', async () => {
    const { address, raw, id } = await mailed();
    const become = (status: string) =>
      api.test.database.run(
        `UPDATE message SET status = $2, not_before = now() + interval '1 hour' WHERE id = $1`,
        [id, status],
      );
    for (const status of ['waiting', 'failed', 'refused', 'canceled', 'expired']) {
      await become(status);
      expect([status, ...(await refusal(send(report(raw))))]).toEqual([status, 404, undefined]);
    }
    expect(await suppressions(address)).toEqual([]);
    for (const [status, already] of [
      ['unknown', false],
      ['sending', true],
    ] as const) {
      await become(status);
      expect((await send(report(raw))).body).toMatchObject({ already });
    }
  });

  it('about a mail of more than 30 days ago', async () => {
    const { address, raw, id } = await mailed();
    const left = (days: number) =>
      api.test.database.run('UPDATE message SET released_at = $2 WHERE id = $1', [
        id,
        toIso(Date.now() - days * DAY),
      ]);
    await left(31);
    const before = await unverified();
    expect(await refusal(send(report(raw)))).toEqual([422, 'too-old']);
    expect(await refusal(send(report(raw, 'fraud')))).toEqual([422, 'too-old']);
    expect(await unverified()).toBe(before + 2);
    expect(await suppressions(address)).toEqual([]);
    await left(29);
    expect((await send(report(raw))).body).toMatchObject({ already: false });
  });

  it('that is none, whatever has the mail in it', async () => {
    const { address, raw } = await mailed();
    const forwarded = report(raw)
      .replace('multipart/report; report-type=feedback-report', 'multipart/mixed')
      .replace('message/feedback-report', 'text/plain');
    expect(await refusal(send(forwarded))).toEqual([422, 'report']);
    expect(await refusal(send(report(raw).replace(/Feedback-Type(.|\s)*?Version: 1/, '')))).toEqual([
      422,
      'report',
    ]);
    expect(await suppressions(address)).toEqual([]);
    expect(await refusal(send(raw))).toEqual([422, 'report']);
    expect(await refusal(send('\u0000'))).toEqual([422, 'report']);
    expect(await refusal(send(''))).toEqual([422, 'report']);
    expect((await refusal(send('x'.repeat(1_100_000))))[0]).toBe(413);
  });

  it('in JSON that breaks the rules', async () => {
    const { id } = await mailed();
    expect(await refusal(tell({}))).toEqual([422, 'missing']);
    expect(await refusal(tell({ message: 'x' }))).toEqual([422, 'message']);
    expect(await refusal(tell({ message: id, type: 'x' }))).toEqual([422, 'choice']);
    expect(await refusal(tell({ message: id, who: 'x' }))).toEqual([400, 'unknown-field']);
    expect(await refusal(tell({ message: id, at: 'soon' }))).toEqual([422, 'instant']);
  });

  it('by a key that may not, nor at another route', async () => {
    const headers = { 'content-type': 'message/rfc822' };
    const author = await api.call('POST', '/complaints', 'x', { role: 'author', headers });
    expect(author.status).toBe(403);
    const elsewhere = await api.call('POST', '/lists/x/members', 'x', { headers });
    expect([elsewhere.status, elsewhere.body.status]).toEqual([415, 415]);
  });
});
