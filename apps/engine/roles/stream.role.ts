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

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(LOG) private readonly log: Logger,
    private readonly timers: TimersRole,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
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
    await this.consumption?.stop();
  }
}
