import { compareInTrials } from '../support/trials';

const runs = Number(process.env.ENTENTE_EXACTNESS_RUNS ?? 40);

it('promises 1 to 3: memberships equal the definition, in any order of arrival, through repeats, merges, edits and restarts', async () => {
  const comparisons = await compareInTrials(runs);
  console.info(`${comparisons} memberships compared in ${runs} runs`);
}, 3_600_000);
