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
import { endCanceled } from '../jobs/end-canceled';
import { relayOutbox } from '../jobs/relay-outbox';
import { repairContacts } from '../jobs/repair-contacts';
import { rereadProfiles } from '../jobs/reread-profiles';
import { runCampaigns } from '../jobs/run-campaigns';
import { ENGINE, LOG } from '../tokens';

/** Rest of a job that has more to do: the stream and the timers are to get their share of the machine. */
const breath: Duration = 5;
const idle: Duration = SECOND / 2;

/** What is done in chunks beside the stream: builds, planned runs, imports, the outbox, repairs, cancellations, profiles. */
@Injectable()
export class JobsRole implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly builds: Loop;
  private readonly runs: Loop;
  private readonly imports: Loop;
  private readonly outbox: Loop;
  private readonly repairs: Loop;
  private readonly cancellations: Loop;
  private readonly rereads: Loop;

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(LOG) log: Logger,
  ) {
    const loop = (name: string, work: () => Promise<Duration>) =>
      new Loop(work, (error) => log.error({ err: error, job: name }, 'a job failed; it is tried again'));
    this.builds = loop('build', async () => ((await buildSegments(engine)) ? breath : idle));
    this.runs = loop('runs', async () => ((await runCampaigns(engine)) ? breath : MINUTE));
    const importer = new ImportWorker(engine.database, engine.clock, engine.id);
    this.imports = loop('import', async () => ((await importer.work()) ? breath : idle));
    this.outbox = loop('outbox', async () => ((await relayOutbox(engine)) ? 0 : SECOND / 10));
    this.repairs = loop('repair', async () => ((await repairContacts(engine)) ? breath : 5 * SECOND));
    this.rereads = loop('reread-profiles', async () => ((await rereadProfiles(engine)) ? breath : SECOND));
    this.cancellations = loop('cancellations', async () =>
      (await endCanceled(engine)) ? breath : 2 * SECOND,
    );
  }

  onApplicationBootstrap(): void {
    for (const loop of this.all()) loop.start();
  }

  /** Planned instants are looked at each second; which process enrolls is settled in the database. */
  @Interval(SECOND)
  tick(): void {
    this.runs.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.all().map((loop) => loop.stop()));
    await dropLeases(this.engine.database, this.engine.id);
  }

  private all(): Loop[] {
    return [
      this.builds,
      this.runs,
      this.imports,
      this.outbox,
      this.repairs,
      this.cancellations,
      this.rereads,
    ];
  }
}
