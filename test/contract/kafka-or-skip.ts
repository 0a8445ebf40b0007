import { kafkaMissing } from '../support/kafka';

/** Runs `describe` blocks on Kafka where there is one; elsewhere leaves them out in one line, or fails in CI. */
export function withKafka(name: string, define: () => void): void {
  const missing = kafkaMissing();
  if (!missing) return describe(name, define);
  if (process.env['CI'] === 'true')
    it(`${name} needs Kafka in CI`, () => {
      throw new Error(missing);
    });
  else it.skip(`${name}: left out, ${missing}`, () => undefined);
}
