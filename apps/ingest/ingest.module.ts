import { RESOURCES, type Metrics, type Resources } from '@entente/runtime';
import { Module, type DynamicModule } from '@nestjs/common';
import { BrowserSettingsController } from './browser-settings.controller';
import { Intake } from './intake';
import { TrackingController } from './tracking.controller';
import { WriteKeys } from './write-keys';

@Module({})
export class IngestModule {
  static with(metrics: Metrics): DynamicModule {
    return {
      module: IngestModule,
      controllers: [TrackingController, BrowserSettingsController],
      providers: [
        {
          provide: WriteKeys,
          useFactory: ({ database, clock }: Resources) => new WriteKeys(database, clock),
          inject: [RESOURCES],
        },
        {
          provide: Intake,
          useFactory: ({ stream, clock, log }: Resources) => new Intake(stream, clock, log, metrics),
          inject: [RESOURCES],
        },
      ],
    };
  }
}
