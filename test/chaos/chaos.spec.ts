import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withKafka } from '../contract/kafka-or-skip';
import { openAllInOne } from './all-in-one';
import type { Place } from './place';
import { openProduction } from './production';
import { runChaos, type ChaosOptions } from './run';
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

async function holds(open: (folder: string) => Promise<Place>, options: ChaosOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'entente-chaos-'));
  chmodSync(folder, 0o755); // a database server may run as another user
  try {
    const place = await open(folder);
    const outcome = await runChaos(place, options).finally(() => place.close());
    if (outcome.findings.broken.length > 0) throw new Error(showOutcome(outcome));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it(
  'keeps every promise while one process with everything in it is killed',
  () => holds(openAllInOne, small),
  180_000,
);

withKafka('with a process for each app', () => {
  it(
    'keeps every promise while processes are killed and frozen, and after all engines were down',
    () => holds((folder) => openProduction(folder, 'kafka'), small),
    240_000,
  );
});
