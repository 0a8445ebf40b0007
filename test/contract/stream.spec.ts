import { startKafka, type TestKafka } from '../support/kafka';
import { testDatabase, type TestDatabase } from '../support/postgres';
import { withKafka } from './kafka-or-skip';
import { describeStream } from './stream.contract';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

describeStream('PostgresStream', () => ({ adapter: 'postgres', url: test.url }));

withKafka('with a broker', () => {
  let kafka: TestKafka;
  beforeAll(async () => {
    const started = await startKafka();
    if ('missing' in started) throw new Error(started.missing);
    kafka = started;
  }, 400_000);
  afterAll(() => kafka?.stop());

  describeStream('KafkaStream', () => ({ adapter: 'kafka', url: test.url, brokers: kafka.brokers }));
});
