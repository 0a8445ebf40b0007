import type { Fact } from '@entente/event';
import { DAY, HOUR, MINUTE, SECOND } from '@entente/kernel';
import type { Database } from '@entente/storage';
import { endCanceled } from '../../apps/engine/jobs/end-canceled';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

const start = Date.UTC(2026, 0, 5, 9);

let held: TestDatabase;
let database: Database;
let world: EngineWorld;
let author: Author;
let server: number;
let count = 0;

beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
  world = new EngineWorld(database, start);
  author = new Author(database);
  server = await author.source('server', true, 50);
  await author.mailNeeds('news', 'shop', 'hello');
});
afterEach(() => held.close());

const fact = (fields: Partial<Fact>): Fact => ({
  v: 1,
  type: 'track',
  source: server,
  messageId: `m${(count += 1)}`,
  timestamp: world.clock.now(),
  name: 'Order Completed',
  ...fields,
});

const waiting = [
  { id: 'pause', wait: 'P1D' },
  { id: 'hello', send: 'hello' },
];
const atOnce = [{ id: 'hello', send: 'hello' }];

const campaign = (key: string, trigger: object, steps: object[], reentry = 'always') =>
  author.campaign(key, { topic: 'news', from: 'shop', triggers: [trigger], reentry, steps }, start);

const members = async (version: number): Promise<number> =>
  (await database.query('SELECT 1 FROM membership WHERE version_id = $1', [version])).length;
const walks = async (key: string): Promise<number> =>
  (await database.query('SELECT 1 FROM enrollment WHERE campaign_key = $1', [key])).length;
const told = () =>
  database.query<{ name: string; properties: object }>(
    `SELECT name, properties - 'enrollment' AS properties FROM event WHERE name LIKE 'Campaign %' ORDER BY arrival, at, name`,
  );

/** Lets what was told be heard, and what that makes true be told, `times` over. */
const goRound = async (times = 3): Promise<void> => {
  for (let time = 0; time < times; time += 1) await world.work();
};
const arriveAt = async (after: number, ...facts: Fact[]): Promise<void> => {
  await world.passTo(start + after);
  await world.arrive(...facts);
  await world.readAll();
  await goRound();
};

describe('a segment on a campaign', () => {
  it('has in it whoever walks it, until they have come to its end', async () => {
    const inside = await author.segment('inside', { campaign: 'thanks', is: 'in' });
    const done = await author.segment('done', { campaign: 'thanks', is: 'completed' });
    await campaign('thanks', { event: 'Order Completed' }, waiting);
    await arriveAt(SECOND);
    await arriveAt(MINUTE, fact({ userId: '1' }));
    expect([await members(inside), await members(done)]).toEqual([1, 0]);
    await arriveAt(2 * DAY);
    expect([await members(inside), await members(done)]).toEqual([0, 1]);
    expect(await told()).toEqual([
      { name: 'Campaign Entered', properties: { campaign: 'thanks', chain: ['thanks'] } },
      { name: 'Campaign Left', properties: { campaign: 'thanks', reason: 'completed' } },
    ]);
  });

  it('knows of walks that ended from outside', async () => {
    const inside = await author.segment('inside', { campaign: 'thanks', is: 'in' });
    await campaign('thanks', { event: 'Order Completed' }, waiting);
    await arriveAt(SECOND);
    await arriveAt(MINUTE, fact({ userId: '1' }), fact({ userId: '2' }));
    expect(await members(inside)).toBe(2);
    await database.run(`UPDATE campaign SET status = 'canceled'`);
    while (await endCanceled(world.engine));
    await goRound();
    expect(await members(inside)).toBe(0);
    expect((await told()).at(-1)).toMatchObject({ properties: { reason: 'canceled' } });
  });

  it('has in it once who turns out to be one person, as one of two walks goes on', async () => {
    const inside = await author.segment('inside', { campaign: 'thanks', is: 'in' });
    await campaign('thanks', { event: 'Order Completed' }, waiting);
    await arriveAt(SECOND);
    await arriveAt(MINUTE, fact({ userId: '1' }), fact({ anonymousId: 'a' }));
    await arriveAt(HOUR, fact({ type: 'identify', name: undefined, userId: '1', anonymousId: 'a' }));
    expect(await members(inside)).toBe(1);
    await arriveAt(2 * DAY);
    expect(await members(inside)).toBe(0);
    expect((await told()).map(({ properties }) => (properties as { reason?: string }).reason)).toEqual(
      expect.arrayContaining(['merged', 'completed']),
    );
  });

  it('is not fooled by who claims to be in it', async () => {
    const inside = await author.segment('inside', { campaign: 'thanks', is: 'in' });
    await arriveAt(SECOND);
    await arriveAt(
      MINUTE,
      fact({ userId: '1', name: 'Campaign Entered', properties: { campaign: 'thanks' } }),
    );
    expect(await members(inside)).toBe(0);
  });

  it('says nothing of broadcasts', async () => {
    await author.segment('buyers', { event: 'Order Completed' });
    await arriveAt(SECOND);
    await arriveAt(MINUTE, fact({ userId: '1' }));
    const at = '2026-01-05T10:00:00Z';
    const audience = { segment: 'buyers' };
    const broadcast = { topic: 'news', from: 'shop', audience, template: 'hello', at };
    await author.campaign('news', broadcast, start, 'broadcast', start + HOUR);
    await arriveAt(2 * HOUR);
    expect([await walks('news'), await told()]).toEqual([1, []]);
  });
});

describe('what a campaign brings about', () => {
  it('does not start it again without a wait in between, whatever re-entry says', async () => {
    await author.segment('inside', { campaign: 'again', is: 'in' });
    await author.segment('outside', {
      all: [{ campaign: 'again', is: 'been' }, { not: { segment: 'inside' } }],
    });
    await author.campaign(
      'again',
      {
        topic: 'news',
        from: 'shop',
        triggers: [
          { event: 'Order Completed' },
          { segment: 'inside' },
          { segment: 'outside' },
          { segment: 'inside', on: 'left' },
        ],
        reentry: 'always',
        steps: atOnce,
      },
      start,
    );
    await arriveAt(SECOND);
    await arriveAt(MINUTE, fact({ userId: '1' }));
    await goRound(10);
    expect(await walks('again')).toBe(1);
  });

  it('nor does it by way of another campaign', async () => {
    await author.segment('b-inside', { campaign: 'b', is: 'in' });
    await campaign('b', { event: 'Campaign Entered', where: { campaign: 'a' } }, atOnce);
    await author.campaign(
      'a',
      {
        topic: 'news',
        from: 'shop',
        triggers: [
          { event: 'Order Completed' },
          { segment: 'b-inside' },
          { segment: 'b-inside', on: 'left' },
        ],
        reentry: 'always',
        steps: atOnce,
      },
      start,
    );
    await arriveAt(SECOND);
    await arriveAt(MINUTE, fact({ userId: '1' }));
    await goRound(10);
    expect([await walks('a'), await walks('b')]).toEqual([1, 1]);
  });

  it('starts another one', async () => {
    await author.segment('done', { campaign: 'thanks', is: 'completed' });
    await campaign('thanks', { event: 'Order Completed' }, waiting);
    await campaign('next', { segment: 'done' }, atOnce, 'never');
    await arriveAt(SECOND);
    await arriveAt(MINUTE, fact({ userId: '1' }));
    expect(await walks('next')).toBe(0);
    await arriveAt(2 * DAY);
    expect(await walks('next')).toBe(1);
  });
});

describe('leaving a segment', () => {
  const lapsing = { segment: 'recent', on: 'left' };
  const enrollment = () => database.query<{ cause: object }>('SELECT cause FROM enrollment');

  it('starts a campaign at the instant when time alone does it', async () => {
    await author.segment('recent', { event: 'Order Completed', within: 'P1D' });
    await campaign('win-back', lapsing, atOnce);
    await arriveAt(SECOND);
    await arriveAt(MINUTE, fact({ userId: '1', timestamp: start + MINUTE }));
    expect(await walks('win-back')).toBe(0);
    await arriveAt(2 * DAY);
    expect(await enrollment()).toEqual([
      { cause: expect.objectContaining({ kind: 'left', segment: 'recent', at: start + MINUTE + DAY }) },
    ]);
  });

  it('starts it by an event, not by an import, and entering does not', async () => {
    await author.segment('paying', { trait: 'plan', eq: 'paid' });
    await campaign('sorry', { segment: 'paying', on: 'left' }, atOnce);
    await arriveAt(SECOND);
    const plan = (userId: string, plan: string, more: Partial<Fact> = {}) =>
      fact({ type: 'identify', name: undefined, userId, traits: { plan }, ...more });
    await arriveAt(MINUTE, plan('1', 'paid'), plan('2', 'paid'));
    expect(await walks('sorry')).toBe(0);
    await arriveAt(2 * MINUTE, plan('1', 'free', { cause: 'import' }), plan('2', 'free'));
    expect(await walks('sorry')).toBe(1);
  });

  it('by an edit of its rule, or by being part of somebody else now, starts nothing', async () => {
    await author.segment('recent', { event: 'Order Completed' });
    await campaign('win-back', lapsing, atOnce);
    await arriveAt(SECOND);
    await arriveAt(MINUTE, fact({ userId: '1' }), fact({ anonymousId: 'a' }));
    await arriveAt(HOUR, fact({ type: 'identify', name: undefined, userId: '1', anonymousId: 'a' }));
    await author.segment('recent', { event: 'Order Completed', count: { gte: 9 } });
    await arriveAt(2 * HOUR);
    expect(await walks('win-back')).toBe(0);
  });
});
