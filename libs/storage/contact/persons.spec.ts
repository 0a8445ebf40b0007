import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import type { Tx } from '../database/database';
import { ensureContacts, lockPersons, updatePersons, type PersonUpdate } from './persons';

const contacts = ['1', '2', '3'];

let test: TestDatabase;

beforeEach(async () => {
  test = await testDatabase();
  await test.database.transaction((tx) => ensureContacts(tx, new Map(contacts.map((id) => [id, 0]))));
});

afterEach(() => test.close());

/** Locks contacts and gives what is written back when one more thing has happened to each. */
async function oneMore(tx: Tx): Promise<PersonUpdate[]> {
  const rows = await lockPersons(tx, contacts);
  return rows.map(({ id, place, clock, generation, state, version }) => ({
    id,
    place,
    clock: clock + 1,
    generation,
    state: Buffer.concat([state, Buffer.from([version])]),
    members: [version],
    due: undefined,
  }));
}

it('writes a contact back where it is by now, when whoever waited for it comes to it', async () => {
  const writers = Array.from({ length: 8 }, () =>
    test.database.keyedTransaction(async (tx) => {
      const updates = await oneMore(tx);
      await sleep(5);
      await updatePersons(tx, updates);
    }),
  );
  await Promise.all(writers);
  const rows = await test.database.query(
    `SELECT id, version, members, encode(state, 'hex') AS state FROM contact ORDER BY id`,
  );
  expect(rows).toEqual(contacts.map((id) => ({ id, version: 8, members: [7], state: '0001020304050607' })));
});

it('leaves the memberships in a row as they are where none are given', async () => {
  await test.database.transaction(async (tx) => updatePersons(tx, await oneMore(tx)));
  await test.database.transaction(async (tx) =>
    updatePersons(
      tx,
      (await oneMore(tx)).map((update) => ({ ...update, members: null })),
    ),
  );
  const rows = await test.database.query('SELECT DISTINCT version, members FROM contact');
  expect(rows).toEqual([{ version: 2, members: [0] }]);
});

it('fails when another contact is where one is written back', async () => {
  const exchanged = test.database.transaction(async (tx) => {
    const [one, other] = await oneMore(tx);
    await updatePersons(tx, [{ ...one!, place: other!.place }]);
  });
  await expect(exchanged).rejects.toThrow('null value in column "version"');
});

it('fails when a contact that is written back is not where it was locked', async () => {
  const twice = test.database.transaction(async (tx) => {
    const updates = await oneMore(tx);
    await updatePersons(tx, updates);
    await updatePersons(tx, updates);
  });
  await expect(twice).rejects.toThrow('are not where they were');
});
