import type { Deviation, EventsHad } from '@entente/segment';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import { ownSource } from '../outbox';
import { findDeviating } from './find-deviating';

let held: TestDatabase;
let own: number;
const now = Date.parse('2026-06-01T00:00:00Z');
const shop = 900;

/** Person 1 has an order, and another as contact 2; person 3 has three views, person 4 an order and a view. */
beforeAll(async () => {
  held = await testDatabase();
  own = await ownSource(held.database);
  await held.database.run(
    `INSERT INTO contact (id, created_at, clock) SELECT n, now(), now() FROM generate_series(1, 6) AS n`,
  );
  await held.database.run(`INSERT INTO lineage (contact_id, survivor_id, since) VALUES (2, 1, now())`);
  await had(1, 'Ordered', { color: 'red' });
  await had(2, 'Ordered', { color: 'blue' });
  for (let n = 0; n < 3; n += 1) await had(3, 'Viewed', {}, { rare: false });
  await had(4, 'Ordered', { color: 'red' }, { source: own });
  await had(4, 'Viewed', {}, { rare: false });
  await had(5, 'Ordered', {}, { at: now - 10_000 });
  await had(6, 'Added', {});
  await had(6, 'Added', {}, { source: own });
  await had(6, 'Aliased', {});
});
afterAll(() => held.close());

async function had(
  contact: number,
  name: string,
  properties: object,
  { rare = true, source = shop, at = now - 1_000 } = {},
): Promise<void> {
  await held.database.run(
    `INSERT INTO event (contact_id, message, at, arrival, source_id, type, name, properties, rare)
     VALUES ($1, gen_random_uuid(), $2, $2, $3, 'track', $4, $5, $6)`,
    [contact, new Date(at).toISOString(), source, name, JSON.stringify(properties), rare],
  );
}

const event = (name: string, special: Partial<EventsHad> = {}): EventsHad => ({
  names: [name],
  own: false,
  properties: undefined,
  atLeast: 1,
  within: undefined,
  ...special,
});

const found = (events: readonly EventsHad[], common: readonly string[] = ['Viewed'], page = {}) => {
  const deviation: Deviation = { everybody: false, events, traits: [], members: [], others: [] };
  const asked = { after: '0', limit: 100, now, common: new Set(common), busy: false, ...page };
  return findDeviating(held.database, deviation, asked);
};

it('finds who has an event of a rare name, and of a common one', async () => {
  expect(await found([event('Ordered')])).toEqual(['1', '4', '5']);
  expect(await found([event('Viewed')])).toEqual(['3', '4']);
  expect(await found([event('Ordered'), event('Viewed')])).toEqual(['1', '3', '4', '5']);
  expect(await found([event('Ordered'), event('Viewed')], ['Viewed', 'Ordered'])).toEqual([
    '1',
    '3',
    '4',
    '5',
  ]);
});

it('looks for a rare name among the events that are found by name only', async () => {
  expect(await found([event('Viewed')], [])).toEqual([]);
});

it('counts the events of all contacts that are part of a person, of each question its own', async () => {
  for (const common of [['Viewed'], ['Viewed', 'Ordered']]) {
    expect(await found([event('Ordered', { atLeast: 2 })], common)).toEqual(['1']);
    expect(await found([event('Ordered', { atLeast: 2 }), event('Viewed', { atLeast: 3 })], common)).toEqual([
      '1',
      '3',
    ]);
    const [red, blue] = [{ color: 'red' }, { color: 'blue' }].map((properties) =>
      event('Ordered', { properties, atLeast: 2 }),
    );
    expect(await found([red!, blue!], common)).toEqual([]);
  }
});

it('asks for properties, the source and the time where a question does', async () => {
  for (const common of [['Viewed'], ['Viewed', 'Ordered']]) {
    expect(await found([event('Ordered', { properties: { color: 'red' } })], common)).toEqual(['1', '4']);
    expect(await found([event('Ordered', { own: true })], common)).toEqual(['4']);
    expect(await found([event('Ordered', { within: 5_000 })], common)).toEqual(['1', '4']);
  }
});

it('counts events of several names together, and whatever somebody does', async () => {
  const either = event('', { names: ['Ordered', 'Viewed'] });
  const anything = event('*', { own: false });
  for (const common of [['Viewed'], ['Viewed', 'Ordered']]) {
    expect(await found([either], common)).toEqual(['1', '3', '4', '5']);
    expect(await found([{ ...either, atLeast: 2 }], common)).toEqual(['1', '3', '4']);
    expect(await found([anything], common)).toEqual(['1', '3', '4', '5', '6']);
    expect(await found([{ ...anything, atLeast: 2 }], common)).toEqual(['1', '3']);
    expect(await found([event('', { names: ['*', 'Aliased'], atLeast: 2 })], common)).toEqual([
      '1',
      '3',
      '6',
    ]);
  }
  expect(await found([either], [])).toEqual(['1', '4', '5']);
  expect(await found([event('', { names: ['Ordered', 'Added'], atLeast: 2 })], ['Viewed'])).toEqual([
    '1',
    '6',
  ]);
});

it('goes on behind a contact, and does the same with one processor', async () => {
  expect(await found([event('Ordered')], [], { limit: 1 })).toEqual(['1']);
  expect(await found([event('Ordered')], [], { after: '1', busy: true })).toEqual(['4', '5']);
});
