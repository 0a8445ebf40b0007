import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HOUR } from '@entente/kernel';
import { type Logger, Loop } from '@entente/runtime';
import { Database, dropOldRequests } from '@entente/storage';
import { LOG } from '../surroundings';

/** Forgets, each hour, the answers to requests with an Idempotency-Key that nobody may repeat any more. */
@Injectable()
export class OldRequests implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop: Loop;

  constructor(database: Database, @Inject(LOG) log: Logger) {
    this.loop = new Loop(
      async () => {
        await dropOldRequests(database);
        return HOUR;
      },
      (error) => log.warn({ err: error }, 'answers to old requests could not be forgotten'),
    );
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }
}
