import { randomUUID } from 'node:crypto';
import type { Fact } from '@entente/event';
import { clickedFeedback, openedFeedback } from '@entente/feedback';
import { HOUR, MINUTE, SECOND, toIso } from '@entente/kernel';
import { openCaptureMailer, type CaptureMailer } from '@entente/mailer';
import { openLog, systemClock } from '@entente/runtime';
import { findContact, giveUpLostReleases, tell, type Database } from '@entente/storage';
import { endCanceled } from '../../apps/engine/jobs/end-canceled';
import { relayOutbox } from '../../apps/engine/jobs/relay-outbox';
import { runSender, type RunningSender } from '../../apps/sender/run-sender';
import type { SenderSettings } from '../../apps/sender/sender';
import { TestApi } from '../support/api';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';
import { eventually } from '../support/eventually';
import { addRecipient, installSending, messageRow, queue, topic, wakeSenders } from '../support/send-fixture';

let api: TestApi;
let database: Database;
let world: EngineWorld;
let mailer: CaptureMailer;
let senders: RunningSender[];
let server: number;
let facts = 0;
/** What senders log as errors. */
let errors: string[];

beforeEach(async () => {
  api = await TestApi.start();
  ({ database } = api.test);
  await installSending(database);
  server = await new Author(database).source('server', true, 50);
  world = new EngineWorld(database, Date.now());
  mailer = openCaptureMailer();
  senders = [];
  errors = [];
});
afterEach(async () => {
  await Promise.all(senders.map((sender) => sender.close()));
  await api.close();
  expect(errors).toEqual([]);
});

async function startSender(changes: Partial<SenderSettings> = {}): Promise<void> {
  const settings: SenderSettings = {
    publicUrl: 'https://mail.shop.example',
    senderConnections: 1,
    allowedRecipients: [],
    tracking: 'on',
    ...changes,
  };
  const log = openLog({ logLevel: 'error' }, 'sender', { write: (line) => errors.push(line) });
  const parts = { database, mailer, clock: systemClock, log, settings, count: () => undefined };
  senders.push(await runSender({ id: randomUUID(), ...parts }, 30 * SECOND));
}

const put = async (path: string, body: object): Promise<void> => {
  const answer = await api.call('PUT', path, body);
  expect([path, answer.status, answer.body.problems]).toEqual([path, expect.any(Number), undefined]);
};
const publish = async (path: string): Promise<void> =>
  expect((await api.call('POST', `${path}/publish`)).status).toBe(200);
const atOnce = [{ id: 'mail', send: 'hello' }];
const campaign = async (key: string, trigger: object, steps: object[] = atOnce, reentry = 'always') => {
  await put(`/campaigns/${key}`, { topic, from: 'shop', triggers: [trigger], reentry, steps });
  await publish(`/campaigns/${key}`);
};

const fact = (userId: string, more: Partial<Fact> = {}): Fact => ({
  v: 1,
  type: 'track',
  name: 'Hi',
  source: server,
  messageId: `m${(facts += 1)}`,
  timestamp: world.clock.now(),
  userId,
  ...more,
});
/** Somebody with an address, who may have agreed. */
const identified = (userId: string): Fact =>
  fact(userId, { type: 'identify', name: undefined, traits: { email: `u${userId}@example.com` } });
const agree = async (userId: string): Promise<void> => {
  const act = { topic, act: 'grant', evidence: { page: '/signup' } };
  expect((await api.call('POST', `/contacts/user:${userId}/permissions`, act)).status).toBe(200);
};
const idOf = async (userId: string): Promise<string> => (await findContact(database, `user:${userId}`))!;

const settle = async (): Promise<void> => {
  await world.passTo(Date.now());
  for (let round = 0; round < 3; round += 1) await world.work();
};
const happen = async (...some: Fact[]): Promise<void> => {
  await world.passTo(Date.now());
  await world.arrive(...some);
  await world.readAll();
  await settle();
};

interface Withheld {
  readonly contact: string;
  readonly reason: string;
  readonly [property: string]: unknown;
}
const told = async (): Promise<Withheld[]> =>
  (
    await database.query<{ contact: string; properties: Withheld }>(
      `SELECT contact_id AS contact, properties FROM event WHERE name = 'Email Withheld' ORDER BY arrival, at, message`,
    )
  ).map(({ contact, properties }) => ({ ...properties, contact }));
const reasons = async (): Promise<string[]> => (await told()).map(({ reason }) => reason);
const members = async (segment: string): Promise<string[]> =>
  (await api.call('GET', `/segments/${segment}/members?limit=500`)).body.items.map(
    ({ contact }: { contact: string }) => contact.replace('id:', ''),
  );

describe('a mail that the engine does not queue', () => {
  it('is told with why, as the API says it, once, and segments follow', async () => {
    await put('/segments/unasked', {
      rule: { message: 'withheld', sentBy: 'hi', reason: ['no-permission', 'no-address'] },
    });
    await put('/segments/often', { rule: { message: 'withheld', count: { gte: 2 } } });
    await campaign('hi', { event: 'Hi' });
    await settle();
    await happen(identified('1'), identified('2'), fact('3'));
    await agree('2');
    await settle();
    await happen(fact('1'), fact('2'), fact('3'));
    const [one, two, three] = [await idOf('1'), await idOf('2'), await idOf('3')];
    const { items } = (await api.call('GET', `/messages?campaign=hi`)).body;
    const ofOne = items.find(({ contact }: { contact: string }) => contact === `id:${one}`);
    const events = await told();
    expect(events).toHaveLength(3);
    expect(events.find(({ contact }) => contact === one)).toEqual({
      contact: one,
      message: ofOne.id.split('.')[1],
      campaign: 'hi',
      topic,
      step: 'mail',
      template: 'hello',
      subject: 'Hello {{contact.firstName}}',
      reason: 'no-permission',
      chain: ['hi'],
    });
    expect(ofOne).toMatchObject({ status: 'not-queued', reason: 'no-permission' });
    const why = await api.call('GET', `/contacts/id:${one}/why?campaign=hi`);
    expect(why.body).toMatchObject({ sent: false, reason: 'no-permission' });
    expect(events.filter(({ contact }) => contact === three).map(({ reason }) => reason)).toEqual([
      'no-address',
      'no-address',
    ]);
    expect((await members('unasked')).sort()).toEqual([one, three].sort());
    expect(await members('often')).toEqual([three]);
    expect(await members('unasked')).not.toContain(two);
  });

  it('is not told of a broadcast, whose audience it would flood the stream for', async () => {
    await put('/segments/all', { rule: { event: 'Hi' } });
    await settle();
    await happen(identified('1'), identified('2'), fact('1'), fact('2'));
    await agree('2');
    await settle();
    await put('/broadcasts/news', {
      topic,
      from: 'shop',
      audience: { segment: 'all' },
      template: 'hello',
      at: toIso(Date.now() + SECOND),
    });
    await publish('/broadcasts/news');
    await new Promise((done) => setTimeout(done, SECOND));
    await happen();
    const { body: report } = await api.call('GET', '/broadcasts/news/report');
    expect(report).toMatchObject({ audience: 2, queued: 1, notQueued: { 'no-permission': 1 }, closes: true });
    expect(await told()).toEqual([]);
    await api.call('POST', '/contacts/user:2/permissions', { topic, act: 'withdraw' });
    await startSender();
    await eventually(async () => (await told()).length + (await untoldWithheld()) > 0);
    await settle();
    expect(await told()).toMatchObject([
      { contact: await idOf('2'), campaign: 'news', reason: 'opt-out', chain: ['news'] },
    ]);
    expect((await api.call('GET', '/broadcasts/news/report')).body).toMatchObject({
      audience: 2,
      refused: 1,
      bounces: {},
      optOuts: 0,
      closes: true,
    });
  });
});

describe('a broadcast whose mails are all queued', () => {
  /** The HTTP status of the answer, and what the broadcast is then. */
  const act = async (what: string) => {
    const { status } = await api.call('POST', `/broadcasts/news/${what}`);
    return [status, (await api.call('GET', '/broadcasts/news')).body.status];
  };
  const report = async () => (await api.call('GET', '/broadcasts/news/report')).body;
  beforeEach(async () => {
    await put('/segments/all', { rule: { event: 'Hi' } });
    await settle();
    await happen(identified('1'), identified('2'), fact('1'), fact('2'));
    await agree('1');
    await agree('2');
    await settle();
    const mails = { topic, from: 'shop', audience: { segment: 'all' }, template: 'hello' };
    await put('/broadcasts/news', { ...mails, at: toIso(Date.now() + SECOND) });
    await publish('/broadcasts/news');
    await new Promise((done) => setTimeout(done, SECOND));
    await happen();
    expect((await api.call('GET', '/broadcasts/news')).body.status).toBe('ended');
  });

  it('is canceled while they wait, which is told', async () => {
    expect((await api.call('POST', '/broadcasts/news/cancel', { dryRun: true })).body.messages).toBe(2);
    expect(await act('cancel')).toEqual([200, 'canceled']);
    await endCanceled(world.engine);
    await settle();
    expect(await report()).toMatchObject({ queued: 2, canceled: 2, closes: true, done: true });
    expect(await reasons()).toEqual(['campaign-canceled', 'campaign-canceled']);
    expect(await act('cancel')).toEqual([409, 'canceled']);
  });

  it('is paused and goes on while they wait, and is over when none does', async () => {
    expect(await act('pause')).toEqual([200, 'paused']);
    await startSender();
    await new Promise((done) => setTimeout(done, SECOND));
    expect(await report()).toMatchObject({ waiting: 2, done: false });
    expect(await act('resume')).toEqual([200, 'ended']);
    await eventually(async () => (await report()).sent === 2);
    expect(await act('pause')).toEqual([409, 'ended']);
    expect(await act('cancel')).toEqual([409, 'ended']);
  });
});

const untoldWithheld = async (): Promise<number> =>
  (await database.query(`SELECT FROM outbox WHERE record->>'name' = 'Email Withheld'`)).length;

describe('a mail that was queued', () => {
  /** Queues a mail to somebody who agreed, lets `stop` keep it back, and says how it ended. */
  async function held(stop: (contact: string, id: string) => Promise<void>) {
    const contact = await addRecipient(database, 'ana@corp.example');
    const [id] = await queue(database, [contact]);
    await stop(contact, id!);
    await eventually(async () => !['waiting', 'sending'].includes((await messageRow(database, id!)).status));
    await settle();
    const { status, reason } = await messageRow(database, id!);
    const { body } = await api.call('GET', `/messages/${contact}.${id}`);
    expect(body).toMatchObject({ status, reason });
    return { contact, id, status, reason };
  }
  const withdraw = async (contact: string): Promise<void> => {
    const path = `/contacts/id:${contact}/permissions`;
    expect((await api.call('POST', path, { topic, act: 'withdraw' })).status).toBe(200);
    await startSender();
  };
  const run =
    (sql: string, settings: Partial<SenderSettings> = {}) =>
    async (): Promise<void> => {
      await database.run(sql);
      await startSender(settings);
    };
  const defer = async (): Promise<void> => {
    await database.run(`UPDATE message SET expires_at = now() + interval '1 minute'`);
    mailer.answer = () => ({ phase: 'rcpt', code: 451, enhanced: '4.7.1', text: '4.7.1 greylisted' });
    await startSender();
  };
  const cancel = async (): Promise<void> => {
    await database.run(`UPDATE campaign SET status = 'canceled'`);
    while (await endCanceled(world.engine));
  };

  it.each<[string, string, (contact: string, id: string) => Promise<void>]>([
    ['refused', 'opt-out', withdraw],
    ['refused', 'hard-bounce', async (contact) => suppressed(contact)],
    ['refused', 'not-allowed-recipient', run('SELECT', { allowedRecipients: ['@other.example'] })],
    ['refused', 'no-address', run('UPDATE profile SET email = NULL, email_hash = NULL')],
    ['expired', 'expired', run('UPDATE message SET expires_at = now()')],
    ['expired', 'soft-greylist', defer],
    ['failed', 'no-template', run('UPDATE message SET template_version = 9')],
    ['failed', 'no-from-address', run(`UPDATE message SET from_key = 'gone'`)],
    ['canceled', 'campaign-canceled', run(`UPDATE campaign SET status = 'canceled'`)],
    ['canceled', 'campaign-canceled', cancel],
  ])('and then %s because of %s is told so, once', async (status, reason, stop) => {
    const ended = await held(stop);
    expect(ended).toMatchObject({ status, reason });
    expect(await told()).toMatchObject([
      { contact: ended.contact, message: ended.id, campaign: 'welcome', topic, step: 'hello', reason },
    ]);
    await settle();
    expect(await told()).toHaveLength(1);
    expect(mailer.sent).toEqual([]);
  });

  async function suppressed(contact: string): Promise<void> {
    await database.run(
      `INSERT INTO suppression (address_hash, topic, reason, at)
       SELECT email_hash, '*', 'hard-bounce', now() FROM profile WHERE contact_id = $1`,
      [contact],
    );
    await startSender();
  }

  it('and sent, refused for good or lost, is none', async () => {
    const [sent, bounced, lost] = [
      await addRecipient(database, 'sent@example.com'),
      await addRecipient(database, 'bounced@example.com'),
      await addRecipient(database, 'lost@example.com'),
    ];
    mailer.answer = ({ to }) => {
      if (to.startsWith('bounced'))
        return { phase: 'rcpt', code: 550, enhanced: '5.1.1', text: '5.1.1 unknown' };
      return to.startsWith('lost')
        ? { phase: 'final', text: 'closed' }
        : { phase: 'final', code: 250, text: 'ok' };
    };
    const ids = await queue(database, [sent, bounced, lost]);
    await startSender();
    const statuses = () => Promise.all(ids.map(async (id) => (await messageRow(database, id)).status));
    await eventually(async () => (await statuses()).join() === 'sent,failed,unknown');
    await giveUpLostReleases(database, Date.now());
    await settle();
    expect(await told()).toEqual([]);
  });

  it('and put off is none before it is given up', async () => {
    const contact = await addRecipient(database, 'ana@example.com');
    mailer.answer = () => ({ phase: 'rcpt', code: 451, enhanced: '4.7.1', text: '4.7.1 greylisted' });
    const [id] = await queue(database, [contact]);
    await database.run(`UPDATE message SET expires_at = now() + interval '1 day'`);
    await startSender();
    await eventually(async () => (await messageRow(database, id!)).reason === 'soft-greylist');
    await settle();
    expect([await told(), await untoldWithheld()]).toEqual([[], 0]);
  });

  it('is told once by two senders that have it in hand', async () => {
    const people = await Promise.all(
      Array.from({ length: 30 }, (_, n) => addRecipient(database, `p${n}@example.com`, false)),
    );
    const ids = await queue(database, people);
    await Promise.all([startSender(), startSender(), startSender()]);
    await wakeSenders(database);
    await eventually(async () => (await untoldWithheld()) >= 30);
    await settle();
    const messages = (await told()).map(({ message }) => message);
    expect(messages.sort()).toEqual([...ids].sort());
  });

  it('of somebody who has been erased is not told', async () => {
    const { contact, reason } = await held(async (one) => {
      await database.run('UPDATE contact SET erased_at = now() WHERE id = $1', [one]);
      await startSender();
    });
    expect([contact, reason]).toEqual([contact, 'erased']);
    expect([await told(), await untoldWithheld()]).toEqual([[], 0]);
  });

  it('twice, for two contacts who turn out to be one person, and so canceled once, is not told', async () => {
    await campaign('hi', { event: 'Hi' }, atOnce, 'never');
    await settle();
    const device = { userId: undefined, anonymousId: 'a' };
    await happen(identified('1'), fact('x', { ...device, type: 'identify', name: undefined }));
    await agree('1');
    await settle();
    await happen(fact('1'), fact('x', device));
    await database.run(`UPDATE message SET status = 'waiting', reason = NULL, ended_at = NULL`);
    const before = await told();
    await happen(fact('1', { type: 'identify', name: undefined, anonymousId: 'a', traits: {} }));
    const ended = await database.query(`SELECT status, reason FROM message ORDER BY status`);
    expect(ended).toEqual([
      { status: 'canceled', reason: 'merged' },
      { status: 'waiting', reason: null },
    ]);
    expect(await told()).toEqual(before);
  });
});

const walks = async (key: string): Promise<number> =>
  (await database.query('SELECT FROM enrollment WHERE campaign_key = $1', [key])).length;

describe('campaigns that start where a mail was sent', () => {
  it('go round no circle', async () => {
    for (const key of ['a', 'b']) await campaign(key, { event: 'Email Sent' });
    await campaign('hi', { event: 'Hi' });
    await settle();
    await happen(identified('1'));
    await agree('1');
    await settle();
    await startSender();
    await happen(fact('1'));
    const waiting = async () => (await database.query(`SELECT FROM message WHERE status <> 'sent'`)).length;
    for (let round = 0; round < 5; round += 1) {
      await wakeSenders(database);
      await eventually(async () => (await waiting()) === 0);
      await settle();
    }
    // Each of them begins by the first mail, and by the other's.
    expect([await walks('hi'), await walks('a'), await walks('b')]).toEqual([1, 2, 2]);
  });
});

describe('campaigns that start where a mail was opened or clicked', () => {
  it('do not start by machines that look at mails of their own, whose recipient does nothing', async () => {
    for (const name of ['Opened', 'Clicked']) await campaign(name.toLowerCase(), { event: `Email ${name}` });
    await settle();
    await happen(identified('1'));
    const mailOf = async (key: string) => ({
      ...{ id: randomUUID(), contact: await idOf('1'), campaign: key, chain: null },
      ...{ topic, step: 'mail', template: 'hello', subject: null },
    });
    const link = { number: 0, url: 'https://shop.example/' };
    const looked = async (key: string, verdict: Parameters<typeof openedFeedback>[2]) => {
      const mail = await mailOf(key);
      const at = world.clock.now();
      await database.transaction((tx) =>
        tell(tx, [openedFeedback(mail, at, verdict), clickedFeedback(mail, at, verdict, link)]),
      );
      await settle();
    };
    const begun = async () => [await walks('opened'), await walks('clicked')];
    await looked('opened', { by: 'machine', because: 'prefetch' });
    expect(await begun()).toEqual([0, 1]);
    await looked('clicked', { by: 'machine', because: 'too-soon' });
    expect(await begun()).toEqual([1, 1]);
    await looked('opened', { by: 'human' });
    expect(await begun()).toEqual([2, 2]);
  });
});

describe('campaigns that start where a mail was withheld', () => {
  it('go round no circle', async () => {
    for (const key of ['a', 'b']) await campaign(key, { event: 'Email Withheld' });
    await campaign('hi', { event: 'Hi' });
    await settle();
    await happen(identified('1'));
    await happen(fact('1'));
    for (let round = 0; round < 5; round += 1) await settle();
    // Each of them begins by the first mail, and by the other's.
    expect([await walks('hi'), await walks('a'), await walks('b')]).toEqual([1, 2, 2]);
    expect((await told()).map(({ chain }) => String(chain)).sort()).toEqual([
      'hi',
      'hi,a',
      'hi,a,b',
      'hi,b',
      'hi,b,a',
    ]);
  });

  it('go round none by way of a segment and the sender either', async () => {
    await put('/segments/held', { rule: { message: 'withheld', within: 'PT1H' } });
    await campaign('sorry', { segment: 'held' });
    for (const key of ['a', 'b']) await campaign(key, { event: 'Email Withheld' });
    await campaign('hi', { event: 'Hi' });
    await settle();
    await happen(identified('1'));
    await agree('1');
    await settle();
    await startSender({ allowedRecipients: ['@other.example'] });
    await happen(fact('1'));
    const waiting = async () => (await database.query(`SELECT FROM message WHERE status = 'waiting'`)).length;
    for (let round = 0; round < 10; round += 1) {
      await wakeSenders(database);
      await eventually(async () => (await waiting()) === 0);
      await settle();
    }
    expect(await walks('sorry')).toBe(1);
    expect(new Set(await reasons())).toEqual(new Set(['not-allowed-recipient']));
    const chains = (await told()).map(({ chain }) => (chain as string[]).join());
    for (const chain of chains) expect(chain.split(',')).toEqual([...new Set(chain.split(','))]);
    expect(chains.length).toBe(new Set(chains).size);
    const before = await told();
    await settle();
    expect(await told()).toEqual(before);
  });

  it('may begin anew where somebody waits in between', async () => {
    const patient = [
      { id: 'pause', wait: 'PT1H' },
      { id: 'mail', send: 'hello' },
    ];
    for (const key of ['a', 'b']) await campaign(key, { event: 'Email Withheld' }, patient);
    await campaign('hi', { event: 'Hi' });
    await settle();
    await happen(identified('1'));
    await happen(fact('1'));
    const begun = Date.now();
    for (let hour = 1; hour < 4; hour += 1) {
      await world.passTo(begun + hour * HOUR + MINUTE);
      for (let round = 0; round < 2; round += 1) await world.work();
    }
    expect(await walks('a')).toBeGreaterThan(2);
    const byOwn = await database.query(
      `SELECT FROM enrollment WHERE cause->'properties'->>'campaign' = campaign_key`,
    );
    expect(byOwn).toEqual([]);
  });

  it('names none that led to what came after a wait, though one batch had both', async () => {
    world = new EngineWorld(database, Date.now(), 1);
    const patient = [
      { id: 'pause', wait: 'PT1H' },
      { id: 'mail', send: 'hello' },
    ];
    await campaign('b', { event: 'Email Withheld' }, patient);
    await campaign('hi', { event: 'Hi' });
    await settle();
    await happen(identified('1'));
    await world.arrive(fact('1'));
    await world.readAll();
    await relayOutbox(world.engine);
    world.clock.moveTo(world.clock.now() + 2 * HOUR);
    await world.arrive(identified('1'));
    await world.readAll();
    const messages = await database.query(
      `SELECT campaign_key AS campaign, chain FROM message ORDER BY campaign_key`,
    );
    expect(messages).toEqual([
      { campaign: 'b', chain: null },
      { campaign: 'hi', chain: null },
    ]);
    await world.work();
    const left = await database.query(
      `SELECT properties->'chain' AS chain FROM event WHERE name = 'Campaign Left' AND properties->>'campaign' = 'b'`,
    );
    expect(left).toEqual([{ chain: null }]);
  });
});
