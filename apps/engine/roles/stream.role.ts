import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Logger } from '@entente/runtime';
import type { Consumption } from '@entente/stream';
import { consumeStream } from '../consume-stream';
import type { Engine } from '../engine';
import { ENGINE, LOG } from '../tokens';
import { TimersRole } from './timers.role';

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
      onTrouble: ({ partition, error, fatal }) =>
        this.log[fatal ? 'fatal' : 'error']({ partition, err: error }, 'a partition is not read on'),
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.consumption?.stop();
  }
}
