import { withSetUp } from '../../chaos/set-ups';
import { showOutcome } from '../../chaos/table';
import { runExact } from './run';

/** A small run of `npm run exact`; docs/reliability.md tells what is compared. */
it('memberships equal SQL while histories come through the API and everything is killed', async () => {
  const options = { seed: 1, people: 30, stops: 1, kill: 1, patienceMs: 60_000, say: () => undefined };
  await withSetUp('all-in-one', {}, async (place) => {
    const outcome = await runExact(place, options);
    if (outcome.findings.broken.length > 0) throw new Error(showOutcome(outcome));
  });
}, 120_000);
