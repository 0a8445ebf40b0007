import { testDatabase, type TestDatabase } from '../support/postgres';
import { describeStream } from './stream.contract';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

describeStream('PostgresStream', () => ({ adapter: 'postgres', url: test.url }));
