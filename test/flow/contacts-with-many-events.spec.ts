import type { Fact } from '@entente/event';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '@entente/kernel';
import { findContact } from '@entente/storage';
import { repairContacts } from '../../apps/engine/jobs/repair-contacts';
import { TOO_MANY } from '../../apps/engine/limits';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

jest.mock('../../apps/engine/limits', () => ({
  ...jest.requireActual<object>('../../apps/engine/limits'),
  limits: { goneThrough: 100, many: 50, read: 100 },
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

/** The same by other keys. */
const own = (fact: Fact, key: Partial<Fact>): Fact => {
  const { userId: _own, ...rest } = fact;
  return { ...rest, ...key };
};

const views = (userId: string, times: number): Fact[] =>
  Array.from({ length: times }, (_, n) => ({
    ...told(userId, 'Viewed', world.clock.now() - (times - n) * SECOND),
    propertiesJson: '{"n":1,"of":"shoes"}',
  }));

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
const lateView = (userId: string) => told(userId, 'Viewed', world.clock.now() - HOUR - 2 * SECOND);

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
  await arrive(...views('bot', 101), ...views('ana', 2));
  const often = await author.segment('often', {
    event: 'Viewed',
    where: { of: 'shoes' },
    sum: { of: 'n', gte: 2 },
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

it.each([
  ['a device that turns out to be a user’s', { anonymousId: 'a' }, { userId: 'u' }],
  ['a user whose device is found', { userId: 'u' }, { anonymousId: 'a' }],
])('is merged while it waits to be made anew: %s', async (_, many, few) => {
  await arrive(own(told('', 'Viewed', world.clock.now()), few));
  await arrive(
    own(told('', 'Bought', world.clock.now() - HOUR), many),
    ...views('', 120).map((fact) => own(fact, many)),
  );
  await arrive(own(lateView(''), many));
  expect(await waiting()).toHaveLength(1);
  const both = { userId: 'u', anonymousId: 'a' };
  await arrive(own({ ...told('', 'Viewed', world.clock.now()), type: 'identify', traits: {} }, both));
  await world.passTo(world.clock.now() + MINUTE);
  await repairContacts(world.engine);
  expect(await waiting()).toEqual([]);
  expect(await members()).toHaveLength(1);
  expect(world.reports).toEqual([]);
});

describe('whoever has more events than may be read', () => {
  const isOf = (userId: string, anonymousId: string) =>
    own({ ...told('', 'Viewed', world.clock.now()), type: 'identify', traits: {} }, { userId, anonymousId });
  /** Bought within a minute of a view, but told by two keys. */
  const quickly = async (first: Partial<Fact>, then: Partial<Fact>) => {
    await arrive(own(told('', 'Viewed', world.clock.now()), first));
    await arrive(own(told('', 'Bought', world.clock.now()), then));
  };
  const many = (key: Partial<Fact>) => views('', 120).map((fact) => own(fact, key));

  it.each([
    ['is made anew aside where it becomes part of somebody', { anonymousId: 'a' }, { userId: 'u' }, 1],
    ['takes in somebody with few at once', { userId: 'u' }, { anonymousId: 'a' }, 0],
  ])('%s', async (_, long, short, aside) => {
    const more = await author.segment('more', { event: 'Viewed', count: { gte: 121 } });
    await world.work();
    await arrive(own(told('', 'Seen', world.clock.now()), short), ...many(long));
    await quickly(long, short);
    await quickly({ anonymousId: 'b' }, { userId: 'v' });
    expect(await members()).toEqual([]);
    await arrive(isOf('u', 'a'), isOf('v', 'b'));
    expect(await waiting()).toEqual([[await idOf('u'), TOO_MANY]].slice(0, aside));
    expect(await members()).toContain(await idOf('v'));
    await world.passTo(world.clock.now() + 1);
    await repairContacts(world.engine);
    expect(await waiting()).toEqual([]);
    expect((await members()).sort()).toEqual([await idOf('u'), await idOf('v')].sort());
    expect(await members(more)).toEqual([await idOf('u')]);
    expect(world.reports).toEqual([]);
  });

  it('parts aside, too', async () => {
    const more = await author.segment('more', { event: 'Viewed', count: { gte: 100 } });
    await world.work();
    await arrive(isOf('u', 'a'), ...many({ anonymousId: 'a' }));
    expect(await members(more)).toEqual([await idOf('u')]);
    const { userId: _own, ...parted } = told('', 'Parted', world.clock.now());
    await arrive({ ...parted, type: 'alias', contact: ['anonymous:a', 'user:u'], apart: true });
    expect(await waiting()).toHaveLength(2);
    await world.passTo(world.clock.now() + 1);
    await repairContacts(world.engine);
    expect(await waiting()).toEqual([]);
    expect(await members(more)).toEqual([await findContact(held.database, 'anonymous:a')]);
    expect(world.reports).toEqual([]);
  });
});

describe('what comes while somebody is made anew', () => {
  /** Has something happen after the events were read and before the contact is held. */
  const meanwhile = (happen: () => Promise<void>) => {
    const { definitions } = world.engine;
    const current = definitions.current.bind(definitions);
    const latest = definitions.latest.bind(definitions);
    jest.spyOn(definitions, 'current').mockImplementationOnce(async () => {
      const given = await current();
      jest.spyOn(definitions, 'latest').mockImplementationOnce(async () => {
        await happen();
        return latest();
      });
      return given;
    });
  };

  const brokenBot = async (times: number) => {
    await arrive(...views('bot', times), lateView('bot'));
    await held.database.run("UPDATE contact SET repair = 'to be made anew'");
    await world.passTo(world.clock.now() + 1);
  };

  it.each([
    ['among the last events', 20, () => world.clock.now() - 2 * SECOND, 0],
    ['before the last of many', 11_000, () => world.clock.now() - 3 * HOUR, 1],
  ])('is not lost, nor counted twice: %s', async (_, times, at, triedAgain) => {
    await brokenBot(times);
    const thrice = await author.segment('thrice', { event: 'Bought', count: { eq: 3 } });
    await arrive(told('bot', 'Bought', world.clock.now()));
    await world.work();
    meanwhile(() => arrive(told('bot', 'Bought', at()), told('bot', 'Bought', world.clock.now())));
    await repairContacts(world.engine);
    expect(await waiting()).toHaveLength(triedAgain);
    await world.passTo(world.clock.now() + MINUTE);
    await repairContacts(world.engine);
    expect(await waiting()).toEqual([]);
    expect(await members()).toEqual([await idOf('bot')]);
    expect(await members(thrice)).toEqual([await idOf('bot')]);
    await arrive(told('bot', 'Bought', world.clock.now()));
    expect(await members(thrice)).toEqual([]);
  });

  it('is read while the contact is held, in the end, where it never rests', async () => {
    await brokenBot(11_000);
    for (const left of [1, 1, 1, 0]) {
      meanwhile(() => arrive(told('bot', 'Bought', world.clock.now() - 3 * DAY)));
      await repairContacts(world.engine);
      expect(await waiting()).toHaveLength(left);
      await world.passTo(world.clock.now() + HOUR);
    }
  });

  it('is found out where the definitions change', async () => {
    await brokenBot(11_000);
    let seen = 0;
    meanwhile(async () => {
      seen = await author.segment('seen', { event: 'Viewed', sum: { of: 'n', gte: 11_000 } });
    });
    await repairContacts(world.engine);
    expect(await waiting()).toHaveLength(1);
    await world.passTo(world.clock.now() + MINUTE);
    await repairContacts(world.engine);
    expect(await waiting()).toEqual([]);
    await world.work();
    expect(await members(seen)).toEqual([await idOf('bot')]);
  });
});
