import { openCaptureMailer } from '@entente/mailer';
import { loadSettings, openLog, systemClock, type Resources, type RunningApp } from '@entente/runtime';
import { startSender } from '../../apps/sender/start';
import { eventually } from '../support/eventually';
import { testDatabase, type TestDatabase } from '../support/postgres';
import { addRecipient, campaign, installSending, messageRow, queue } from '../support/send-fixture';

let test: TestDatabase;
let app: RunningApp;

beforeAll(async () => {
  test = await testDatabase();
  await installSending(test.database);
  app = await startSender({
    settings: { ...loadSettings({}), senderPort: 0 },
    database: test.database,
    stream: { bounds: async () => new Map() },
    mailer: openCaptureMailer(),
    clock: systemClock,
    log: openLog({ logLevel: 'fatal' }, 'test'),
  } as unknown as Resources);
});
afterAll(async () => {
  await app.close();
  await test.close();
});

const get = (path: string): Promise<Response> => fetch(app.url + path);
const metric = async (name: string): Promise<string | undefined> =>
  new RegExp(`^${name}(?:\\{[^}]*\\})? (.*)$`, 'm').exec(await (await get('/metrics')).text())?.[1];

it('says that it is well', async () => {
  expect(await (await get('/health')).json()).toMatchObject({ status: 'ok' });
});

it('counts what waits, how long, and what became of it', async () => {
  const { database } = test;
  const [id] = await queue(database, [await addRecipient(database, 'ana@example.com')]);
  await eventually(async () => (await messageRow(database, id!)).status === 'sent');
  await eventually(async () => (await metric('entente_message_outcomes_total')) === '1');
  await database.run(`UPDATE campaign SET status = 'paused' WHERE key = $1`, [campaign]);
  await queue(database, [await addRecipient(database, 'bob@example.com')]);
  expect(await metric('entente_messages_waiting')).toBe('1');
  expect(await metric('entente_oldest_sendable_message_seconds')).toBe('0');
  expect(await metric('entente_messages_unknown')).toBe('0');
});

it('gives its lanes back when it stops', async () => {
  await app.close();
  expect(await test.database.query('SELECT name FROM lease')).toEqual([]);
});
