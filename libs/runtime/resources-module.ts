import { Module, type DynamicModule } from '@nestjs/common';
import type { Resources } from './resources';

/** Token under which any class may have the process's resources injected. */
export const RESOURCES = Symbol('resources');

@Module({})
export class ResourcesModule {
  static of(resources: Resources): DynamicModule {
    return {
      module: ResourcesModule,
      global: true,
      providers: [{ provide: RESOURCES, useValue: resources }],
      exports: [RESOURCES],
    };
  }
}
