import { repairContacts } from '../../apps/engine/jobs/repair-contacts';
import type { EngineWorld } from '../support/engine-world';
import { compareInTrials } from '../support/trials';

jest.mock('../../apps/engine/limits', () => ({
  ...jest.requireActual<object>('../../apps/engine/limits'),
  limits: { goneThrough: 3, many: 0, read: 0 },
}));

const runs = Number(process.env.ENTENTE_EXACTNESS_RUNS ?? 40);
let aside = 0;

async function repairAll({ database, engine }: EngineWorld): Promise<void> {
  const marked = () => database.run('UPDATE contact SET repair_after = NULL WHERE repair IS NOT NULL');
  for (let many = await marked(); many > 0; many = await marked()) {
    aside += many;
    await repairContacts(engine);
  }
}

it('promises 1 to 3 hold of whoever is made anew aside, too, be they as few as may be', async () => {
  const comparisons = await compareInTrials(runs, repairAll);
  console.info(`${comparisons} memberships compared in ${runs} runs, ${aside} contacts made anew aside`);
  expect(aside).toBeGreaterThan(runs / 10);
}, 3_600_000);
