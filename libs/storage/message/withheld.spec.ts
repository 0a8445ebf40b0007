import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import { addRecipient, campaign, installSending, queue, topic } from '../../../test/support/send-fixture';
import { queueMessages, stopMessages, type Database } from '..';

let test: TestDatabase;
let database: Database;
beforeEach(async () => {
  test = await testDatabase();
  ({ database } = test);
  await installSending(database);
});
afterEach(() => test.close());

const told = async (): Promise<unknown[]> =>
  (
    await database.query<{ told: unknown }>(
      `SELECT record->'properties'->>'message' AS told FROM outbox WHERE record->>'name' = 'Email Withheld'`,
    )
  ).map((row) => row.told);

const stop = (contact: string, id: string) =>
  database.transaction((tx) =>
    stopMessages(tx, [{ contact, id, status: 'refused', reason: 'no-permission' }], Date.now()),
  );

describe('a message that was held back', () => {
  it('is told by whoever ends it', async () => {
    const contact = await addRecipient(database, 'ana@example.com');
    const [id] = await queue(database, [contact]);
    await Promise.all([stop(contact, id!), stop(contact, id!)]);
    await stop(contact, id!);
    expect(await told()).toEqual([id]);
  });

  it('is none where it is in the ledger already, as something else', async () => {
    const contact = await addRecipient(database, 'ana@example.com');
    const [enrollment, at] = [randomUUID(), Date.now()];
    const message = {
      contact,
      enrollment,
      step: 'hello',
      visit: 1,
      campaign,
      version: 1,
      topic,
      from: 'shop',
    };
    const write = (notQueued: 'no-permission' | undefined, id: string) =>
      database.transaction((tx) =>
        queueMessages(tx, [
          {
            ...message,
            id,
            notQueued,
            template: 'hello',
            templateVersion: undefined,
            isTold: true,
            chain: [campaign],
            lane: '',
            at,
            expiresAt: at,
          },
        ]),
      );
    const [first, second] = [randomUUID(), randomUUID()];
    await write(undefined, first);
    await write('no-permission', first);
    await write('no-permission', second);
    expect(await told()).toEqual([]);
  });

  it('is not told of somebody who is erased, under whichever contact it lies', async () => {
    const [contact, survivor, other] = [
      await addRecipient(database, 'ana@example.com'),
      await addRecipient(database, 'ana@corp.example'),
      await addRecipient(database, 'bob@example.com'),
    ];
    await database.run('INSERT INTO lineage (contact_id, survivor_id, since) VALUES ($1, $2, now())', [
      contact,
      survivor,
    ]);
    await database.run('UPDATE contact SET erased_at = now() WHERE id = $1', [survivor]);
    const people = [contact, survivor, other];
    const ids = await queue(database, people);
    for (const [index, id] of ids.entries()) await stop(people[index]!, id);
    expect(await told()).toEqual([ids[2]]);
  });
});
