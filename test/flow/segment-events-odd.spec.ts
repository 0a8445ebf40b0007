import type { Fact } from '@entente/event';
import { MINUTE, SECOND, type Instant } from '@entente/kernel';
import { findContact } from '@entente/storage';
import { buildSegments } from '../../apps/engine/jobs/build-segments';
import { repairContacts } from '../../apps/engine/jobs/repair-contacts';
import { startPresent } from '../../apps/engine/jobs/start-present';
import { finishSwaps } from '../../apps/engine/jobs/swaps';
import { limits } from '../../apps/engine/limits';
import { TestApi } from '../support/api';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';

const start = Date.UTC(2026, 0, 5, 9);
const { many } = limits;

let world: EngineWorld;
let api: TestApi;
let server: number;
let count = 0;

beforeEach(async () => {
  api = await TestApi.start({ clock: { now: (): Instant => world?.clock.now() ?? start } });
  world = new EngineWorld(api.test.database, start);
  server = await new Author(api.test.database).source('server', true, 50);
});
afterEach(async () => {
  limits.many = many;
  await api.close();
});

const said = (fields: Partial<Fact>): Fact => ({
  v: 1,
  type: 'track',
  source: server,
  messageId: `m${(count += 1)}`,
  timestamp: world.clock.now(),
  ...fields,
});
const did = (userId: string, name: string): Fact => said({ userId, name, properties: {} });
const bought = (userId: string): Fact => did(userId, 'Bought');
/** That ana and ben are one person, or are not. */
const oneOf = (apart = false): Fact =>
  said({ type: 'alias', contact: ['user:ana', 'user:ben'], ...(apart && { apart }) });

const goRound = async (): Promise<void> => {
  for (let time = 0; time < 3; time += 1) await world.work();
};
/** Without the jobs that come after. */
const arriveAt = async (after: number, ...facts: Fact[]): Promise<void> => {
  await world.passTo(start + after);
  await world.arrive(...facts.map((fact) => ({ ...fact, timestamp: world.clock.now() })));
  await world.readAll();
};
const at = async (after: number, ...facts: Fact[]): Promise<void> => {
  await arriveAt(after, ...facts);
  await goRound();
};
const put = (key: string, rule: object, more: object = {}) =>
  api.call('PUT', `/segments/${key}`, { rule, events: true, ...more });
const segment = async (key: string, rule: object): Promise<void> => {
  expect(await put(key, rule)).toMatchObject({ status: 202 });
  await world.passTo(world.clock.now() + SECOND);
  await goRound();
};
/** Built and swapped in, and nothing else. */
const edit = async (key: string, rule: object, more: object = {}): Promise<void> => {
  await put(key, rule, more);
  await world.passTo(world.clock.now() + SECOND);
  while (await buildSegments(world.engine)) await world.readAll();
};
const entered = (segment: string) => ({ event: 'Segment Entered', own: true, where: { segment } });
const left = (segment: string) => ({ event: 'Segment Left', own: true, where: { segment } });

const members = async (key: string): Promise<number> =>
  ((await api.call('GET', `/segments/${key}/members`)).body as { items: unknown[] }).items.length;
/** Of a segment, in the order in which rules see it. */
const told = async (key: string): Promise<string[]> =>
  (
    await api.test.database.query<{ name: string }>(
      `SELECT name FROM event WHERE name LIKE 'Segment %' AND properties->>'segment' = $1 ORDER BY at, message`,
      [key],
    )
  ).map(({ name }) => name.replace('Segment ', ''));
const waitsForRepair = async (user: string): Promise<void> => {
  const id = await findContact(api.test.database, `user:${user}`);
  await api.test.database.run(`UPDATE contact SET repair = 'broken', repair_after = NULL WHERE id = $1`, [
    id,
  ]);
};
const repair = async (after: number): Promise<void> => {
  await world.passTo(start + after);
  while (await repairContacts(world.engine));
  await goRound();
};

const everBought = { event: 'Bought' };
const boughtAlone = { all: [everBought, { not: { event: 'Seen' } }] };

it('has those of one instant in their order, though a transaction each tells them', async () => {
  await segment('on', { event: 'Switched', last: { on: true } });
  await segment('funnel', { sequence: [entered('on'), left('on')] });
  await world.passTo(start + MINUTE);
  const switched = (user: number, on: boolean, ago: number) =>
    said({
      userId: `u${user}`,
      name: 'Switched',
      properties: { on },
      timestamp: start + MINUTE - ago * SECOND,
    });
  for (let user = 0; user < 12; user += 1)
    await world.arrive(switched(user, true, 30), switched(user, false, 20));
  await world.readAll(1);
  await goRound();
  expect(await members('funnel')).toBe(12);
});

describe('when two turn out to be one', () => {
  it('and then to be two, nobody enters again, or leaves what they never entered', async () => {
    await segment('active', everBought);
    await at(MINUTE, did('ana', 'Seen'));
    await at(2 * MINUTE, bought('ben'));
    await at(3 * MINUTE, oneOf());
    await at(4 * MINUTE, oneOf(true));
    expect(await told('active')).toEqual(['Entered']);
  });

  it('during a swap, nobody leaves what they are in', async () => {
    await segment('active', everBought);
    await at(MINUTE, did('ana', 'Seen'));
    await at(2 * MINUTE, bought('ben'));
    await edit('active', { ...everBought, within: 'P30D' });
    await arriveAt(3 * MINUTE, oneOf());
    await goRound();
    await at(4 * MINUTE);
    expect([await members('active'), await told('active')]).toEqual([1, ['Entered']]);
  });

  it('by way of a repair, nobody enters again', async () => {
    await segment('active', everBought);
    await at(MINUTE, did('ana', 'Seen'));
    await at(2 * MINUTE, bought('ben'));
    await waitsForRepair('ana');
    await arriveAt(3 * MINUTE, oneOf());
    await repair(4 * MINUTE);
    expect([await members('active'), await told('active')]).toEqual([1, ['Entered']]);
  });

  it('and have many events, nobody enters again', async () => {
    await segment('active', everBought);
    await at(MINUTE, did('ana', 'Seen'));
    await at(2 * MINUTE, bought('ben'), bought('ben'), bought('ben'));
    limits.many = 2;
    await at(3 * MINUTE, oneOf());
    limits.many = many;
    await repair(4 * MINUTE);
    expect([await members('active'), await told('active')]).toEqual([1, ['Entered']]);
  });

  it('what goes by their leaving is decided after it', async () => {
    await segment('a', boughtAlone);
    await segment('x', { all: [everBought, { event: 'Seen' }, { not: left('a') }] });
    await segment('b', { any: [{ segment: 'a' }, left('a')] });
    await at(MINUTE, did('ana', 'Seen'));
    await at(2 * MINUTE, bought('ben'));
    await at(3 * MINUTE, oneOf());
    expect([await told('a'), await told('x'), await told('b')]).toEqual([
      ['Entered', 'Left'],
      [],
      ['Entered'],
    ]);
    expect([await members('x'), await members('b')]).toEqual([0, 1]);
  });
});

it('tells nobody of whom a first build finds that they entered, be they repaired meanwhile', async () => {
  await at(MINUTE, bought('ana'), bought('ben'));
  await put('active', everBought);
  await waitsForRepair('ana');
  await repair(3 * MINUTE);
  expect([await members('active'), await told('active')]).toEqual([2, []]);
});

describe('with an edit whose effects are to start', () => {
  beforeEach(async () => {
    await segment('active', { ...everBought, count: { gte: 2 } });
  });

  it('tells nothing of a version that was replaced before it was looked at', async () => {
    await at(2 * MINUTE, bought('ben'));
    await edit('active', everBought, { effects: 'start' });
    await world.passTo(start + 3 * MINUTE);
    await edit('active', { ...everBought, count: { gte: 3 } });
    await at(4 * MINUTE);
    await at(5 * MINUTE);
    expect([await members('active'), await told('active')]).toEqual([0, []]);
  });

  it('tells nothing of whom somebody brought in becomes part of meanwhile', async () => {
    const pause = () => new Promise((done) => setTimeout(done, 250));
    await at(MINUTE, bought('ana'), bought('ana'));
    await at(2 * MINUTE, bought('ben'));
    await edit('active', everBought, { effects: 'start' });
    await world.passTo(start + 3 * MINUTE);
    await finishSwaps(world.engine);
    const ben = await findContact(api.test.database, 'user:ben');
    const both = await api.test.database.transaction(async (tx) => {
      await tx.query('SELECT FROM contact WHERE id = $1 FOR UPDATE', [ben]);
      await world.arrive(oneOf());
      const reading = world.readAll();
      await pause();
      const starting = startPresent(world.engine);
      await pause();
      return { reading, starting };
    });
    await Promise.all([both.reading, both.starting]);
    await goRound();
    expect(await told('active')).toEqual(['Entered']);
  });
});

it('lets nobody be in a segment who has not entered it, though a swap comes between arrival and reading', async () => {
  await segment('vip', everBought);
  await segment('veteran', { all: [everBought, { not: entered('vip') }] });
  await world.passTo(start + MINUTE);
  await put('vip', { ...everBought, within: 'P30D' });
  await world.passTo(world.clock.now() + SECOND);
  await world.arrive(bought('ana'));
  for (let time = 0; time < 3; time += 1) await buildSegments(world.engine);
  await world.readAll();
  await goRound();
  expect((await api.call('GET', '/segments/veteran/history')).body).toMatchObject({ items: [] });
  expect(await told('vip')).toEqual(['Entered']);
});
