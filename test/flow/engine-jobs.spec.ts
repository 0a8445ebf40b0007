import { Client } from 'pg';
import type { Fact } from '@entente/event';
import { DAY, MINUTE } from '@entente/kernel';
import {
  cancelCampaign,
  findContact,
  hashAddress,
  publish,
  saveSource,
  type Database,
} from '@entente/storage';
import { endCanceled } from '../../apps/engine/jobs/end-canceled';
import { repairContacts } from '../../apps/engine/jobs/repair-contacts';
import { rereadProfiles } from '../../apps/engine/jobs/reread-profiles';
import { Author } from '../support/author';
import { driftOfContacts } from '../support/contact-drift';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

const start = Date.UTC(2026, 0, 5, 9);

let held: TestDatabase;
let database: Database;
let world: EngineWorld;
let author: Author;
let crm: number;

beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
  world = new EngineWorld(database, start);
  author = new Author(database);
  crm = await author.source('crm', true, 50);
});
afterEach(async () => {
  const drift = await database.query(driftOfContacts);
  await held.close();
  expect(drift).toEqual([]);
});

let count = 0;
const traits = (source: number, userId: string, values: Fact['traits']): Fact => ({
  v: 1,
  type: 'identify',
  source,
  messageId: `m${(count += 1)}`,
  timestamp: world.clock.now(),
  userId,
  traits: values,
});

async function asOwner(sql: string): Promise<void> {
  const owner = new Client({ connectionString: held.ownerUrl });
  await owner.connect();
  await owner.query(sql).finally(() => owner.end());
}

const members = async (version: number): Promise<number> =>
  (await database.query('SELECT 1 FROM membership WHERE version_id = $1', [version])).length;

it('repairs contacts from their events, and pauses before one that stays broken', async () => {
  const french = await author.segment('french', { trait: 'country', eq: 'FR' });
  await world.passTo(start);
  await world.work();
  await world.arrive(traits(crm, '1', { country: 'FR' }), traits(crm, '2', { country: 'FR' }));
  await world.readAll();
  const second = await findContact(database, 'user:2');
  const setEvent = (properties: string) =>
    database.run('UPDATE event SET properties = $2 WHERE contact_id = $1', [second, properties]);
  await database.run(`UPDATE contact SET repair = 'broken', members = '{}'`);
  await database.run('DELETE FROM membership');
  await setEvent('null');
  await repairContacts(world.engine);
  expect(await members(french)).toBe(1);
  await setEvent('{"country":"FR"}');
  await repairContacts(world.engine);
  expect(await members(french)).toBe(1);
  await world.passTo(start + MINUTE);
  await repairContacts(world.engine);
  expect(await members(french)).toBe(2);
  expect(await database.query('SELECT 1 FROM contact WHERE repair_tries > 0')).toEqual([]);
});

it('marks for repair whoever cannot be written back, without a timer meanwhile, and holds up nobody else', async () => {
  const recent = await author.segment('recent', { event: 'Order Completed', within: 'P1D' });
  await world.passTo(start);
  await world.work();
  const bought = (userId: string): Fact => ({
    ...traits(crm, userId, {}),
    type: 'track',
    name: 'Order Completed',
  });
  await world.arrive(bought('1'), bought('2'));
  await world.readAll();
  const second = await findContact(database, 'user:2');
  await asOwner(
    `ALTER TABLE membership_change ADD CONSTRAINT refusal CHECK (contact_id <> ${second}) NOT VALID`,
  );
  await world.passTo(start + 2 * DAY);
  expect(await members(recent)).toBe(1);
  expect(await database.query('SELECT id, due FROM contact WHERE repair IS NOT NULL')).toEqual([
    { id: second, due: null },
  ]);
  expect(await database.query('SELECT 1 FROM timer')).toEqual([]);
  await asOwner('ALTER TABLE membership_change DROP CONSTRAINT refusal');
  await repairContacts(world.engine);
  expect(await members(recent)).toBe(0);
});

it('ends the walks and the waiting messages of a canceled campaign, and no others', async () => {
  const steps = [
    { id: 'hello', send: 'hello' },
    { id: 'pause', wait: 'P3D' },
    { id: 'end', exit: true },
  ];
  await author.mailNeeds('news', 'shop', 'hello');
  for (const key of ['stays', 'goes'])
    await author.campaign(
      key,
      { topic: 'news', from: 'shop', triggers: [{ event: 'Hi' }], steps },
      start - 1,
    );
  await world.passTo(start);
  const hi: Fact = { ...traits(crm, '1', {}), type: 'track', name: 'Hi' };
  await world.arrive(traits(crm, '1', { email: 'ana@example.com' }), hi);
  await world.readAll();
  await database.run(`UPDATE message SET status = 'waiting', reason = NULL`);
  await database.transaction(async (tx) => {
    await publish(tx);
    await cancelCampaign(tx, 'goes', world.clock.now());
  });
  const statuses = (table: string) =>
    database.query(`SELECT campaign_key AS of, status FROM ${table} ORDER BY 1`);
  await database.run(`INSERT INTO outbox (key, record) SELECT 'much', '{}' FROM generate_series(1, 10000)`);
  expect([await endCanceled(world.engine), await statuses('message')]).toEqual([
    false,
    [
      { of: 'goes', status: 'waiting' },
      { of: 'stays', status: 'waiting' },
    ],
  ]);
  await database.run(`DELETE FROM outbox WHERE key = 'much'`);
  while (await endCanceled(world.engine));
  const ended = [
    { of: 'goes', status: 'canceled' },
    { of: 'stays', status: 'active' },
  ];
  expect(await statuses('enrollment')).toEqual(ended);
  expect(await statuses('message')).toEqual([ended[0], { of: 'stays', status: 'waiting' }]);
  const [walk] = await database.query(
    `SELECT wake_at, state->'wakeAt' AS wake, ended_at FROM enrollment WHERE campaign_key = 'goes'`,
  );
  expect(walk).toEqual({ wake_at: null, wake: null, ended_at: new Date(world.clock.now()) });
  await world.passTo(start + 4 * DAY);
  const [stayed] = await database.query(`SELECT status FROM enrollment WHERE campaign_key = 'stays'`);
  expect(stayed).toEqual({ status: 'exited' });
});

describe('a source whose trust or precedence changes', () => {
  const save = (key: string, trusted: boolean, precedence: number) =>
    database.transaction(async (tx) => {
      await publish(tx);
      await saveSource(tx, key, { name: key, trusted, precedence });
    });
  const addresses = () =>
    database.query<{ email: string; hash: Buffer }>(
      'SELECT email, email_hash AS hash FROM profile WHERE num_nonnulls(email, email_hash) > 0 ORDER BY email',
    );

  it('has memberships and addresses follow, and starts nothing', async () => {
    const french = await author.segment('french', { trait: 'country', eq: 'FR' });
    const german = await author.segment('german', { trait: 'country', eq: 'DE' });
    const shop = await author.source('shop', false, 100);
    await author.mailNeeds('news', 'shop', 'hello');
    const steps = [{ id: 'hello', send: 'hello' }];
    const triggers = [{ segment: 'german' }];
    await author.campaign('servus', { topic: 'news', from: 'shop', triggers, steps }, start - 1);
    await world.passTo(start);
    await world.work();
    for (const user of ['1', '2', '3'])
      await world.arrive(traits(crm, user, { country: 'FR', email: `${user}@crm.example` }));
    await world.arrive(
      traits(shop, '1', { country: 'DE', email: '1@shop.example' }),
      traits(shop, '2', { country: 'FR' }),
    );
    await world.readAll();
    expect([await members(french), await members(german)]).toEqual([3, 0]);
    await world.passTo(start + MINUTE);
    await save('shop', true, 10);
    while (await rereadProfiles(world.engine));
    expect([await members(french), await members(german)]).toEqual([2, 1]);
    const moved = await addresses();
    expect(moved.map(({ email }) => email)).toEqual(['1@shop.example', '2@crm.example', '3@crm.example']);
    expect(moved[0]!.hash).toEqual(await hashAddress(database, '1@shop.example'));
    await save('shop', false, 10);
    await save('crm', false, 50);
    while (await rereadProfiles(world.engine));
    expect(await addresses()).toEqual([]);
    expect(await database.query('SELECT 1 FROM enrollment')).toEqual([]);
    const causes = await database.query(
      `SELECT DISTINCT cause->>'kind' AS kind FROM membership_change WHERE effective_at >= $1`,
      [new Date(start + MINUTE)],
    );
    expect(causes).toEqual([{ kind: 'build' }]);
  });

  it('is walked through from the start again when it changes again, and not for another name', async () => {
    const open = () =>
      database.query(
        `SELECT target, cursor FROM job WHERE kind = 'reread-profiles' AND status IN ('waiting', 'running')`,
      );
    await save('crm', true, 50);
    expect(await open()).toEqual([]);
    await save('crm', true, 51);
    await database.run(`UPDATE job SET cursor = 7`);
    await save('crm', true, 52);
    expect(await open()).toEqual([{ target: 'sources/crm', cursor: '0' }]);
  });
});
