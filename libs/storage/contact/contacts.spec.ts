import type { IdentityKey } from '@entente/event';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import { resolveKeys } from './contacts';

let test: TestDatabase;

beforeAll(async () => {
  test = await testDatabase();
});

afterAll(() => test.close());

it('gives each key one contact, for whoever asks at the same time', async () => {
  const keys = Array.from({ length: 40 }, (_, number): IdentityKey => `user:${number}`);
  const asked = Array.from({ length: 6 }, (_, asker) => keys.slice(asker * 4, asker * 4 + 20));
  const found = await Promise.all(asked.map((some) => resolveKeys(test.database, some)));
  const contacts = new Map(found.flatMap((one) => [...one]));
  expect(found.map((one) => [...one.keys()].sort())).toEqual(asked.map((some) => [...some].sort()));
  for (const one of found) for (const [key, contact] of one) expect(contact).toBe(contacts.get(key));
  expect(new Set(contacts.values()).size).toBe(contacts.size);
});
