import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { MINUTE, SECOND, type Duration } from '@entente/kernel';
import { Loop, type Logger } from '@entente/runtime';
import { dropLeases, ImportWorker } from '@entente/storage';
import type { Engine } from '../engine';
import { buildSegments } from '../jobs/build-segments';
import { countPreviews } from '../jobs/count-previews';
import { endCanceled } from '../jobs/end-canceled';
import { forgetDeleted } from '../jobs/forget-deleted';
import { keepHouse } from '../jobs/housekeeping';
import { relayOutbox } from '../jobs/relay-outbox';
import { repairContacts } from '../jobs/repair-contacts';
import { rereadCompanies } from '../jobs/reread-companies';
import { rereadProfiles } from '../jobs/reread-profiles';
import { runCampaigns } from '../jobs/run-campaigns';
import { finishSwaps } from '../jobs/swaps';
import { paced } from '../paced';
import { tellAddresses } from '../jobs/tell-addresses';
import { tellCompanies } from '../jobs/tell-companies';
import { ENGINE, LOG } from '../tokens';

/** Rest of a job that has more to do: the stream and the timers are to get their share of the machine. */
const breath: Duration = 5;
const idle: Duration = SECOND / 2;

/** The share of its time that a job over all contacts works while the stream or the timers have something to do. */
export const share = 1 / 4;

/** What is done in chunks beside the stream, each in a loop of its own. */
@Injectable()
export class JobsRole implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loops: readonly Loop[];
  private readonly runs: Loop;

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(LOG) log: Logger,
  ) {
    const failed = (job: string) => (error: unknown) =>
      log.error({ err: error, job }, 'a job failed; it is tried again');
    /** Rests only shortly after work that said there is more to do. */
    const loop = (name: string, work: () => Promise<unknown>, rest: Duration, short = breath) =>
      new Loop(async () => ((await work()) === true ? short : rest), failed(name));
    const pace = { share, idle, bustle: engine.bustle };
    const importer = new ImportWorker(engine.database, engine.clock, engine.id);
    this.runs = loop('runs', () => runCampaigns(engine), MINUTE);
    this.loops = [
      this.runs,
      new Loop(
        paced(pace, () => buildSegments(engine)),
        failed('build'),
      ),
      new Loop(
        paced(pace, () => finishSwaps(engine)),
        failed('swaps'),
      ),
      new Loop(
        paced(pace, () => forgetDeleted(engine)),
        failed('forget-deleted'),
      ),
      new Loop(
        paced(pace, () => countPreviews(engine)),
        failed('previews'),
      ),
      loop('import', () => importer.work(), idle),
      loop('outbox', () => relayOutbox(engine), SECOND / 10, 0),
      new Loop(
        paced({ ...pace, idle: 5 * SECOND }, () => repairContacts(engine)),
        failed('repair'),
      ),
      loop('reread-profiles', () => rereadProfiles(engine), SECOND),
      loop('reread-companies', () => rereadCompanies(engine), SECOND),
      loop('tell-companies', () => tellCompanies(engine), SECOND / 10),
      loop('tell-addresses', () => tellAddresses(engine), SECOND / 10, 0),
      loop('cancellations', () => endCanceled(engine), 2 * SECOND),
      loop('housekeeping', () => keepHouse(engine), 10 * MINUTE),
    ];
  }

  onApplicationBootstrap(): void {
    for (const loop of this.loops) loop.start();
  }

  /** Planned instants are looked at each second; which process enrolls is settled in the database. */
  @Interval(SECOND)
  tick(): void {
    this.runs.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
    await dropLeases(this.engine.database, this.engine.id);
  }
}
