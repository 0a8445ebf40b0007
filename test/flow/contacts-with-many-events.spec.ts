import type { Fact } from '@entente/event';
import { HOUR, MINUTE, SECOND, type Instant } from '@entente/kernel';
import { findContact } from '@entente/storage';
import { repairContacts } from '../../apps/engine/jobs/repair-contacts';
import { TOO_MANY } from '../../apps/engine/limits';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

jest.mock('../../apps/engine/limits', () => ({
  ...jest.requireActual<object>('../../apps/engine/limits'),
  limits: { goneThrough: 100, many: 50 },
}));

const start = Date.UTC(2026, 0, 5, 9);

let held: TestDatabase;
let world: EngineWorld;
let server: number;
let author: Author;
let quick: number;
let count = 0;

beforeEach(async () => {
  held = await testDatabase();
  world = new EngineWorld(held.database, start, 1);
  author = new Author(held.database);
  server = await author.source('server', true, 50);
  quick = await author.segment('quick', {
    sequence: [{ event: 'Viewed' }, { event: 'Bought', within: 'PT1M' }],
  });
  await world.passTo(start + 1);
  await world.work();
});

afterEach(() => held.close());

const told = (userId: string, name: string, timestamp: Instant): Fact => ({
  v: 1,
  type: 'track',
  name,
  source: server,
  messageId: `m${(count += 1)}`,
  timestamp,
  userId,
});

const views = (userId: string, times: number): Fact[] =>
  Array.from({ length: times }, (_, n) => told(userId, 'Viewed', world.clock.now() - (times - n) * SECOND));

const arrive = async (...facts: Fact[]) => {
  world.clock.moveTo(world.clock.now() + SECOND);
  await world.arrive(...facts);
  await world.readAll(10_000);
};

const members = async (version = quick) => {
  const rows = await held.database.query<{ id: string }>(
    'SELECT contact_id AS id FROM membership WHERE version_id = $1 ORDER BY contact_id',
    [version],
  );
  return rows.map(({ id }) => id);
};

const waiting = async () => {
  const rows = await held.database.query<{ id: string; repair: string }>(
    'SELECT id, repair FROM contact WHERE repair IS NOT NULL',
  );
  return rows.map(({ id, repair }) => [id, repair]);
};

const idOf = (userId: string) => findContact(held.database, `user:${userId}`);

/** Somebody whose purchase an hour ago was a quick one only by a view that came late. */
const lateView = (userId: string) => told(userId, 'Viewed', world.clock.now() - HOUR - SECOND);

it('goes through the events of somebody with few of them when one comes late', async () => {
  await arrive(told('ana', 'Bought', world.clock.now() - HOUR), ...views('ana', 20));
  await arrive(lateView('ana'));
  expect(await members()).toEqual([await idOf('ana')]);
  expect(await waiting()).toEqual([]);
});

it.each([
  ['whoever has more events than may be gone through', 101, 1],
  ['whoever has too many that come late', 40, 4],
  ['more pages of events than one', 5_100, 1],
])('makes anew aside, and keeps nobody else waiting: %s', async (_, times, late) => {
  await arrive(told('bot', 'Bought', world.clock.now() - HOUR), ...views('bot', times));
  const before = Array.from({ length: late - 1 }, () =>
    told('bot', 'Viewed', world.clock.now() - 2 * HOUR - count * MINUTE),
  );
  await arrive(
    ...before,
    lateView('bot'),
    told('ana', 'Viewed', world.clock.now()),
    told('bot', 'Bought', world.clock.now() + SECOND),
    told('ana', 'Bought', world.clock.now() + SECOND),
  );
  expect(await members()).toEqual([await idOf('ana')]);
  expect(await waiting()).toEqual([[await idOf('bot'), TOO_MANY]]);
  await world.passTo(world.clock.now() + 1);
  await repairContacts(world.engine);
  expect(await members()).toEqual([await idOf('bot'), await idOf('ana')]);
  expect(await waiting()).toEqual([]);
  await arrive(told('bot', 'Viewed', world.clock.now()), told('bot', 'Bought', world.clock.now() + SECOND));
  expect(await waiting()).toEqual([]);
});

it('builds what looks at properties for somebody with too many events aside', async () => {
  const viewed = (userId: string, times: number) =>
    views(userId, times).map((fact) => ({ ...fact, propertiesJson: '{"of":"shoes"}' }));
  await arrive(...viewed('bot', 101), ...viewed('ana', 2));
  const often = await author.segment('often', {
    event: 'Viewed',
    where: { of: 'shoes' },
    sum: { of: 'n', lte: 0 },
  });
  await world.passTo(world.clock.now() + 1);
  await world.work();
  expect(await members(often)).toEqual([await idOf('ana')]);
  expect(await waiting()).toEqual([[await idOf('bot'), TOO_MANY]]);
  await world.passTo(world.clock.now() + 1);
  await repairContacts(world.engine);
  expect((await members(often)).length).toBe(2);
  expect(await waiting()).toEqual([]);
});
