import type { Fact } from '@entente/event';
import { DAY, HOUR, SECOND, type Instant } from '@entente/kernel';
import { findContact } from '@entente/storage';
import { adoptRuleGround } from '../../apps/engine/adopt-rule-ground';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

/** A quarter past ten in London; in Tokyo it is evening. */
const start = Date.UTC(2026, 0, 5, 10, 15);

let held: TestDatabase;
let world: EngineWorld;
let author: Author;
let server: number;
let count = 0;

beforeEach(async () => {
  held = await testDatabase();
  author = new Author(held.database);
  server = await author.source('server', true, 50);
  await author.mailNeeds('news', 'shop', 'hello');
});
afterEach(() => held.close());

async function begin(where: object, { timeZone = 'Europe/London', reentry = 'never' } = {}): Promise<void> {
  await adoptRuleGround(held.database, timeZone);
  const triggers = [{ event: 'Ordered', where }];
  const steps = [{ id: 'hello', send: 'hello' }];
  await author.campaign('thanks', { topic: 'news', from: 'shop', triggers, reentry, steps }, start - DAY);
  world = new EngineWorld(held.database, start);
}

const fact = (userId: string, more: Partial<Fact>): Fact => ({
  v: 1,
  type: 'track',
  source: server,
  messageId: `m${(count += 1)}`,
  timestamp: world.clock.now(),
  userId,
  ...more,
});
const is = (userId: string, traits: Fact['traits']) => fact(userId, { type: 'identify', traits });
const orders = (userId: string, properties: Fact['properties'] = {}) =>
  fact(userId, { name: 'Ordered', properties });

async function happen(at: Instant, ...facts: (() => Fact)[]): Promise<void> {
  world.clock.moveTo(at);
  await world.arrive(...facts.map((one) => one()));
  await world.readAll();
}

async function begun(...users: string[]): Promise<string[]> {
  const rows = await held.database.query<{ id: string }>('SELECT contact_id AS id FROM enrollment');
  const ids = new Set(rows.map(({ id }) => id));
  const known = await Promise.all(users.map((user) => findContact(held.database, `user:${user}`)));
  return users.filter((_, place) => ids.has(known[place]!));
}

describe('the filter of an event that starts a campaign', () => {
  it('compares with the traits of whoever did it', async () => {
    await begin({ total: { gt: { trait: 'limit' } } });
    await happen(
      start,
      () => is('ana', { limit: 50 }),
      () => orders('ana', { total: 60 }),
      () => is('ben', { limit: 50 }),
      () => orders('ben', { total: 40 }),
      () => orders('cid', { total: 60 }),
    );
    expect(await begun('ana', 'ben', 'cid')).toEqual(['ana']);
    await happen(
      start + SECOND,
      () => is('ben', { limit: 30 }),
      () => orders('ben', { total: 40 }),
    );
    expect(await begun('ana', 'ben', 'cid')).toEqual(['ana', 'ben']);
  });

  it('goes by their calendar, or by that of the installation', async () => {
    await begin({ $at: { hour: { gte: 18 } } }, { timeZone: 'Asia/Tokyo' });
    await happen(
      start,
      () => orders('ana'),
      () => is('ben', { timezone: 'Europe/London' }),
      () => orders('ben'),
    );
    expect(await begun('ana', 'ben')).toEqual(['ana']);
  });

  it('asks when they were created', async () => {
    await begin({ $at: { before: { trait: '$createdAt', plus: 'PT1H' } } });
    await happen(
      start,
      () => orders('ana'),
      () => fact('ben', { name: 'Seen' }),
    );
    await happen(start + HOUR, () => orders('ben'));
    expect(await begun('ana', 'ben')).toEqual(['ana']);
  });

  it('that asks for traits starts it once by an event that was told of two contacts of theirs', async () => {
    await begin({ total: { gt: { trait: 'limit' } } }, { reentry: 'always' });
    const { userId: _, ...same } = { ...orders('ana', { total: 60 }), anonymousId: 'd' };
    await happen(
      start,
      () => ({ ...is('ana', { limit: 50 }), anonymousId: 'd' }),
      () => ({ ...same, userId: 'ana' }),
    );
    await happen(start + HOUR, () => is('ana', { limit: 40 }));
    await happen(start + DAY, () => same);
    const told = await held.database.query(
      `SELECT record->'name' AS name FROM outbox WHERE record->>'name' = 'Campaign Entered'`,
    );
    expect(told).toHaveLength(1);
    expect(await held.database.query(`SELECT FROM event WHERE name = 'Ordered'`)).toHaveLength(2);
  });
});
