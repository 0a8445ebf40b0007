import { toIso } from '@entente/kernel';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import { findInstants } from './find-instants';

const now = Date.UTC(2026, 5, 1);
let held: TestDatabase;

/** Contact 2 is part of person 1. */
beforeAll(async () => {
  held = await testDatabase();
  await held.database.run(`INSERT INTO lineage (contact_id, survivor_id, since) VALUES (2, 1, now())`);
  await had(1, 'Ordered', now - 10_000);
  await had(1, 'Ordered', now - 9_999);
  await had(2, 'Ordered', now - 1);
  await had(1, 'Returned', now - 20_000);
  await had(1, 'Viewed', now - 1);
  await had(3, 'Ordered', now - 5);
  await had(4, 'Ordered', now - 5);
  await had(4, 'Ordered', now - 4, false);
});
afterAll(() => held.close());

async function had(contact: number, name: string, at: number, rare = true): Promise<void> {
  await held.database.run(
    `INSERT INTO event (contact_id, message, at, arrival, source_id, type, name, properties, rare)
     VALUES ($1, gen_random_uuid(), $2, $2, 900, 'track', $3, '{}', $4)`,
    [contact, toIso(at), name, rare],
  );
}

it('finds when what is asked for happened, as far back as is asked, by person', async () => {
  const reaches = new Map([
    ['Ordered', 10_000],
    ['Returned', undefined],
  ]);
  const asked = { contacts: ['1', '2', '4', '5'], reaches, now, busy: true };
  const found = await findInstants(held.database, { ...asked, enough: 5 });
  expect(found.to).toBe('5');
  const of = (contact: string) => [...found.of(contact)].sort((a, b) => a.at - b.at);
  expect(of('1')).toEqual([
    { name: 'Returned', at: now - 20_000 },
    { name: 'Ordered', at: now - 9_999 },
    { name: 'Ordered', at: now - 1 },
  ]);
  expect(of('4')).toEqual([{ name: 'Ordered', at: now - 5 }]);
  for (const nobody of ['2', '3', '5']) expect(of(nobody)).toEqual([]);
  const some = await findInstants(held.database, { ...asked, enough: 3 });
  expect(some.to).toBe('1');
  expect([...some.of('1')]).toHaveLength(3);
  expect([...some.of('4')]).toEqual([]);
});
