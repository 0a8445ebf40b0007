import { MINUTE, SECOND } from '@entente/kernel';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import { ensureContacts, markForRepair } from './persons';
import { takeRepairs } from './repairs';

const start = Date.UTC(2026, 0, 5, 9);

let test: TestDatabase;
beforeEach(async () => {
  test = await testDatabase();
  const ids = ['1', '2', '3'];
  await ensureContacts(test.database, new Map(ids.map((id) => [id, start])));
  await markForRepair(
    test.database,
    ids.map((id) => ({ id, repair: 'broken' })),
  );
});
afterEach(() => test.close());

const take = async (at: number, limit = 10) =>
  (await takeRepairs(test.database, at, limit)).map(({ id }) => id);

it('doubles the pause of a contact with each try, up to an hour', async () => {
  let now = start;
  const pauses: number[] = [];
  for (let tries = 0; tries < 12; tries += 1) {
    expect(await take(now)).toHaveLength(3);
    expect(await take(now)).toEqual([]);
    const [row] = await test.database.query<{ next: Date }>('SELECT min(repair_after) AS next FROM contact');
    const next = row!.next.getTime();
    expect(await take(next - 1)).toEqual([]);
    pauses.push(next - now);
    now = next;
  }
  expect(pauses.slice(0, 4)).toEqual([5 * SECOND, 10 * SECOND, 20 * SECOND, 40 * SECOND]);
  expect(pauses.slice(-2)).toEqual([60 * MINUTE, 60 * MINUTE]);
});

it('takes everybody in turn, once, whoever asks', async () => {
  const taken = await Promise.all([take(start, 2), take(start, 2), take(start, 2)]);
  const rest = await take(start, 3);
  expect([...taken.flat(), ...rest].sort()).toEqual(['1', '2', '3']);
});
