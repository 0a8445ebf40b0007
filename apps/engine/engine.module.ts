import { Module, type DynamicModule } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import type { Logger } from '@entente/runtime';
import type { Engine } from './engine';
import { JobsRole } from './roles/jobs.role';
import { StreamRole } from './roles/stream.role';
import { TimersRole } from './roles/timers.role';
import { ENGINE, LOG } from './tokens';

@Module({})
export class EngineModule {
  static of(engine: Engine, log: Logger): DynamicModule {
    return {
      module: EngineModule,
      imports: [ScheduleModule.forRoot()],
      providers: [
        { provide: ENGINE, useValue: engine },
        { provide: LOG, useValue: log },
        TimersRole,
        StreamRole,
        JobsRole,
      ],
    };
  }
}
