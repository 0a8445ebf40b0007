import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import { enterUsual } from './segment-builds';

let test: TestDatabase;

beforeAll(async () => {
  test = await testDatabase();
  await test.database.run(`INSERT INTO contact (id, created_at, clock, version) VALUES (1, now(), now(), 1)`);
});

afterAll(() => test.close());

it('enters nobody into versions that are all retired meanwhile', async () => {
  const asked = { versions: [], before: 2, now: Date.now() };
  expect(await enterUsual(test.database, ['1'], asked)).toEqual(['1']);
  expect(await test.database.query('SELECT members FROM contact')).toEqual([{ members: [] }]);
});
