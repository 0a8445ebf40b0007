import {
  Inject,
  Injectable,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { runSender, type RunningSender } from './run-sender';
import type { Sender } from './sender';

const SENDER = Symbol('sender');

/** Sends while the app runs. */
@Injectable()
class SendingRole implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private running: RunningSender | undefined;

  constructor(@Inject(SENDER) private readonly sender: Sender) {}

  async onApplicationBootstrap(): Promise<void> {
    this.running = await runSender(this.sender);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.running?.close();
  }
}

@Module({})
export class SenderModule {
  static of(sender: Sender): DynamicModule {
    return { module: SenderModule, providers: [{ provide: SENDER, useValue: sender }, SendingRole] };
  }
}
