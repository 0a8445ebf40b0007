import { withKafka } from '../contract/kafka-or-skip';
import { runChaos, type ChaosOptions } from './run';
import { withSetUp, type SetUp } from './set-ups';
import { showOutcome } from './table';

/** Small runs of `npm run chaos`; docs/reliability.md tells what is killed and what is checked. */
const small: ChaosOptions = {
  seed: 1,
  people: 60,
  perSecond: 30,
  waves: 1,
  waveSeconds: 8,
  blowEveryMs: 2_000,
  longestMs: 2_000,
  strike: [],
  patienceMs: 90_000,
  say: () => undefined,
};

const holds = (setUp: SetUp): Promise<void> =>
  withSetUp(setUp, {}, async (place) => {
    const outcome = await runChaos(place, small);
    if (outcome.findings.broken.length > 0) throw new Error(showOutcome(outcome));
  });

it(
  'keeps every promise while one process with everything in it is killed',
  () => holds('all-in-one'),
  180_000,
);

withKafka('with a process for each app', () => {
  it(
    'keeps every promise while processes are killed and frozen, and after all engines were down',
    () => holds('kafka'),
    240_000,
  );
});
