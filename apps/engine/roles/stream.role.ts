import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Logger } from '@entente/runtime';
import type { Consumption, Trouble } from '@entente/stream';
import { consumeStream } from '../consume-stream';
import type { Engine } from '../engine';
import { recallContacts } from '../recall-contacts';
import { NeedsHistory, StartOver } from '../start-over';
import { ENGINE, LOG } from '../tokens';
import { TimersRole } from './timers.role';

/** While many definitions are published one after another a batch goes by old ones again and again: nobody need look into it. */
const levelOf = ({ error, fatal }: Trouble): 'fatal' | 'info' | 'error' =>
  fatal ? 'fatal' : error instanceof StartOver && !(error instanceof NeedsHistory) ? 'info' : 'error';

/** Stream in, effects out. */
@Injectable()
export class StreamRole implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private consumption: Consumption | undefined;
  private readonly stopping = new AbortController();
  private recalling: Promise<void> | undefined;

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(LOG) private readonly log: Logger,
    private readonly timers: TimersRole,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.recalling = recallContacts(this.engine, this.stopping.signal).catch((error: unknown) =>
      this.log.warn(
        { err: error },
        'the contacts known before could not be read; each is looked up when it comes',
      ),
    );
    this.consumption = await consumeStream(this.engine, {
      onHandled: () => this.timers.wake(),
      onTrouble: (trouble) =>
        this.log[levelOf(trouble)](
          { partition: trouble.partition, err: trouble.error },
          'a partition is not read on',
        ),
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.consumption?.stop(), this.recalling]);
  }
}
