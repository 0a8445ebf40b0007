import { testDatabase, type TestDatabase } from '../../test/support/postgres';
import { setAside, type SetAsideRecord } from './set-aside';
import { listSetAside } from './set-aside-views';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

const record: SetAsideRecord = {
  consumer: 'engine',
  topic: 'entente',
  partition: 0,
  position: 0n,
  key: 'user:1',
  value: '{"v":1}',
  arrival: Date.UTC(2026, 0, 5),
  reason: 'no type',
};

it('keeps one record per place in a log, and the logs apart', async () => {
  await setAside(test.database, record);
  await setAside(test.database, { ...record, reason: 'again' });
  await setAside(test.database, { ...record, topic: 'events', reason: 'another log' });
  const kept = await listSetAside(test.database, { limit: 10 });
  expect(kept.map(({ topic, reason }) => [topic, reason])).toEqual([
    ['events', 'another log'],
    ['entente', 'no type'],
  ]);
});
