import { randomUUID } from 'node:crypto';
import { DAY, MINUTE, SECOND, toIso } from '@entente/kernel';
import { openCaptureMailer, type CaptureMailer } from '@entente/mailer';
import { loadSettings, openLog, systemClock, type Resources, type RunningApp } from '@entente/runtime';
import { ImportWorker } from '@entente/storage';
import { runSender, type RunningSender } from '../../apps/sender/run-sender';
import { startSite } from '../../apps/site/start';
import { TestApi } from '../support/api';
import { EngineWorld } from '../support/engine-world';
import { eventually } from '../support/eventually';
import { addRecipient, installSending, messageRow, queue, topic } from '../support/send-fixture';

const publicUrl = 'https://mail.shop.example';
const silent = openLog({ logLevel: 'silent' }, 'test');

let api: TestApi;
let site: RunningApp;
let mailer: CaptureMailer;
let sender: RunningSender;
let world: EngineWorld;

beforeAll(async () => {
  api = await TestApi.start();
  const { database } = api.test;
  world = new EngineWorld(database, Date.now());
  await installSending(database);
  site = await startSite({
    settings: { ...loadSettings({}), sitePort: 0 },
    database,
    stream: { bounds: async () => new Map() },
    clock: systemClock,
    log: silent,
  } as unknown as Resources);
  mailer = openCaptureMailer();
  const settings = { publicUrl, senderConnections: 1, allowedRecipients: [], tracking: 'on' as const };
  const parts = { database, mailer, clock: systemClock, log: silent, settings, count: () => undefined };
  sender = await runSender({ id: randomUUID(), ...parts }, 30 * SECOND);
});
afterAll(async () => {
  await sender.close();
  await site.close();
  await api.close();
});

interface Event {
  readonly name: string;
  readonly properties: Record<string, unknown>;
}

/** What was told about permissions of a contact, after everything was heard. */
async function told(contact: string): Promise<Event[]> {
  return api.test.database.query<Event & Record<string, unknown>>(
    `SELECT name, properties FROM event WHERE contact_id = $1 AND (name LIKE 'Permission%' OR name = 'Unsubscribed')
     ORDER BY at, properties->>'entry', name`,
    [contact],
  );
}
async function settle(): Promise<void> {
  await world.passTo(Date.now());
  for (let round = 0; round < 2; round += 1) await world.work();
}

let people = 0;
const newAddress = () => `ana${(people += 1)}@example.com`;

/** Somebody who has a mail, with the ways out that are in it. */
async function mailed() {
  const address = newAddress();
  const contact = await addRecipient(api.test.database, address);
  const [id] = await queue(api.test.database, [contact]);
  await eventually(async () => (await messageRow(api.test.database, id!)).status === 'sent');
  const raw = mailer.sent
    .findLast(({ to }) => to === address)!
    .raw.toString('latin1')
    .replace(/\r\n[ \t]+/g, ' ');
  const unsubscribe = /<https:\/\/mail\.shop\.example(\/u\/[^>]+)>/.exec(raw)![1]!;
  return { contact, id: id!, raw, unsubscribe };
}

const post = async (path: string, form: string): Promise<string> => {
  const response = await fetch(`${site.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'Browser of ana/1.0',
      'x-forwarded-for': '192.0.2.7',
    },
    body: form,
  });
  expect(response.status).toBe(200);
  return response.text();
};

/** The preference center that the page after an opt-out leads to. */
const preferencesAfter = async (unsubscribe: string): Promise<string> =>
  /href="\.\.(\/p\/[^"]+)"/.exec(await post(unsubscribe, 'page=unsubscribe'))![1]!;

const ofTheMail = (id: string) => ({
  message: id,
  campaign: 'welcome',
  template: 'hello',
  subject: 'Hello {{contact.firstName}}',
});
const anInstant = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string;

describe('how somebody opted out', () => {
  it.each([
    ['one-click', 'List-Unsubscribe=One-Click'],
    ['unsubscribe-page', 'page=unsubscribe'],
  ])('is told by %s', async (way, form) => {
    const { contact, id, unsubscribe } = await mailed();
    await post(unsubscribe, form);
    await settle();
    const [, withdrawn, unsubscribed] = await told(contact);
    const origin = { way, claimedAt: anInstant, source: 'entente', ...ofTheMail(id) };
    const entry = `${contact}:2`;
    expect(withdrawn).toEqual({
      name: 'Permission Withdrawn',
      properties: { topic, entry, basis: 'none', actor: 'recipient', state: 'withdrawn', ...origin },
    });
    expect(unsubscribed).toEqual({ name: 'Unsubscribed', properties: { topic, entry, ...origin } });
  });

  it('is told by the preference center, as is how they came back', async () => {
    const { contact, id, unsubscribe } = await mailed();
    const preferences = await preferencesAfter(unsubscribe);
    await post(preferences, `page=preferences&shown=${topic}&topic=${topic}`);
    await post(preferences, `page=preferences&shown=${topic}`);
    await post(preferences, 'page=everything');
    await settle();
    const ways = (await told(contact)).map(({ name, properties }) => [
      name,
      properties.topic,
      properties.way,
    ]);
    expect(ways).toEqual([
      ['Permission Granted', topic, 'api'],
      ['Permission Withdrawn', topic, 'unsubscribe-page'],
      ['Unsubscribed', topic, 'unsubscribe-page'],
      ['Permission Granted', topic, 'preferences'],
      ['Permission Withdrawn', topic, 'preferences'],
      ['Unsubscribed', topic, 'preferences'],
      ['Permission Withdrawn', '*', 'preferences'],
      ['Permission Withdrawn', topic, 'preferences'],
      ['Unsubscribed', '*', 'preferences'],
    ]);
    const granted = (await told(contact))[3]!;
    expect(granted.properties).toMatchObject({ source: 'entente', claimedAt: anInstant, ...ofTheMail(id) });
  });

  it.each([
    ['complaint', 'abuse'],
    ['report', 'opt-out'],
  ])('is told by a %s, with when they said so', async (way, type) => {
    const { contact, id } = await mailed();
    const at = toIso(Date.now());
    const { status } = await api.call('POST', '/complaints', { message: id, type, at });
    expect(status).toBe(200);
    await settle();
    const withdrawn = (await told(contact)).filter(({ name }) => name === 'Permission Withdrawn');
    expect(withdrawn).not.toEqual([]);
    for (const { properties } of withdrawn)
      expect(properties).toMatchObject({ way, claimedAt: at, source: 'api', ...ofTheMail(id) });
  });
});

describe('how somebody agreed', () => {
  const claimedAt = '2024-05-01T08:00:00.000Z';
  const evidence = {
    page: 'https://shop.example/signup?email=ana@example.com',
    form: 'footer',
    wording: 'Write to me @ home',
    ip: '192.0.2.7',
    userAgent: 'Browser of ana/1.0',
  };
  const agree = async (more: object = {}): Promise<string> => {
    const path = `/contacts/email:${newAddress()}/permissions`;
    const { status, body } = await api.call('POST', path, { topic, act: 'grant', evidence, ...more });
    expect(status).toBe(200);
    return body.entry.split(':')[0];
  };

  it('is told by the API, with the page, the form and when', async () => {
    const contact = await agree({ claimedAt });
    const now = await agree();
    await settle();
    const [{ properties }] = (await told(contact)) as [Event];
    expect(properties).toEqual({
      topic,
      entry: `${contact}:1`,
      basis: 'consent',
      actor: 'api',
      state: 'granted',
      way: 'api',
      source: 'api',
      claimedAt,
      page: 'https://shop.example/signup',
      form: 'footer',
    });
    expect((await told(now))[0]!.properties.claimedAt).toEqual(anInstant);
  });

  it('is told by an import, with its source, and the place and time in the file', async () => {
    await api.call('PUT', '/sources/crm', { name: 'CRM', precedence: 20, trusted: true });
    const plan = {
      source: 'crm',
      dryRun: false,
      effects: 'none',
      columns: { mail: 'email', id: 'crmId' },
      permissions: [
        {
          topic,
          grant: { column: 'ok', in: ['yes'] },
          basis: 'existing-customer',
          wording: 'en@1',
          at: { column: 'on', as: 'date' },
          where: 'page',
        },
      ],
    };
    const body = new FormData();
    const [one, other] = [newAddress(), newAddress()];
    const lines = ['mail,id,ok,on,page', `${one},i1,yes,2024-05-01,/fair`, `${other},i2,yes,,${other}`];
    body.append('file', new Blob([lines.join('\n')]), 'crm.csv');
    body.append('plan', JSON.stringify(plan));
    const headers = { authorization: `Bearer ${await api.key('admin')}` };
    const response = await fetch(`${api.url}/imports`, { method: 'POST', headers, body });
    const answer = (await response.json()) as { job: string };
    expect(response.status).toBe(202);
    const worker = new ImportWorker(api.test.database, systemClock, randomUUID());
    while (await worker.work());
    await settle();
    const of = async (key: string) => {
      const { body: contact } = await api.call('GET', `/contacts/crm:${key}`);
      return (await told(contact.id.replace('id:', '')))[0]!.properties;
    };
    const origin = { way: 'import', source: 'crm', import: answer.job, basis: 'existing-customer' };
    expect(await of('i1')).toMatchObject({ ...origin, claimedAt: '2024-05-01T00:00:00.000Z', page: '/fair' });
    expect(await of('i2')).toMatchObject(origin);
    expect(Object.keys(await of('i2'))).not.toEqual(expect.arrayContaining(['claimedAt']));
    expect(Object.keys(await of('i2'))).not.toEqual(expect.arrayContaining(['page']));
  });

  it('can be asked of segments, and when they say that they did', async () => {
    const granted = (where: object) => ({ event: 'Permission Granted', own: true, where });
    const rules = {
      byForm: granted({ way: 'api', form: 'footer', page: { endsWith: '/signup' } }),
      long: granted({ claimedAt: { before: '2025-01-01' } }),
      since: granted({ claimedAt: { after: '2024-05-01T08:00:00Z' }, way: 'api' }),
      lately: granted({ claimedAt: { withinLast: 'P7D' }, form: 'footer' }),
    };
    for (const [key, rule] of Object.entries(rules))
      expect((await api.call('PUT', `/segments/${key.toLowerCase()}`, { rule })).status).toBe(202);
    const early = await agree({ claimedAt });
    const late = await agree({ claimedAt: toIso(Date.now() - 7 * DAY + MINUTE) });
    await settle();
    const into = async (...contacts: string[]): Promise<Record<string, boolean[]>> => {
      const all = Object.keys(rules).map(async (key) => {
        const path = `/segments/${key.toLowerCase()}/members?limit=500`;
        const { body } = await api.call('GET', path);
        const ids = body.items.map(({ contact }: { contact: string }) => contact);
        return [key, contacts.map((contact) => ids.includes(`id:${contact}`))] as const;
      });
      return Object.fromEntries(await Promise.all(all));
    };
    expect(await into(early, late)).toEqual({
      byForm: [true, true],
      long: [true, false],
      since: [true, true],
      lately: [false, true],
    });
    await world.passTo(world.clock.now() + MINUTE);
    expect((await into(late)).lately).toEqual([false]);
    const typo = await api.call('PUT', '/segments/typo', { rule: granted({ way: 'form' }) });
    expect([typo.status, typo.body.problems[0].path]).toEqual([422, 'rule.where.way']);
  });
});

it('tells nothing that names a person', async () => {
  const events = await api.test.database.query(
    `SELECT properties FROM event WHERE name LIKE 'Permission%' OR name = 'Unsubscribed'`,
  );
  expect(events.length).toBeGreaterThan(10);
  expect(JSON.stringify(events)).not.toMatch(/@|192\.0|127\.0|Browser of|Write to/);
});
