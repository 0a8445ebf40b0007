import { Metrics, startHttpApp, type Resources, type RunningHttpApp } from '@entente/runtime';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { allowAnyOrigin } from './any-origin';
import { IngestModule } from './ingest.module';
import { parseTrackingBodies, TRACKING_BODY_BYTES } from './tracking-body';

/** Starts the Tracking API on its port (0 in the settings: any free one). */
export function startIngest(resources: Resources): Promise<RunningHttpApp> {
  const metrics = new Metrics('ingest');
  return startHttpApp(IngestModule.with(metrics), {
    name: 'ingest',
    port: resources.settings.ingestPort,
    resources,
    metrics,
    bodyLimit: TRACKING_BODY_BYTES,
    configure: (app: NestFastifyApplication) => {
      const server = app.getHttpAdapter().getInstance();
      parseTrackingBodies(server);
      allowAnyOrigin(server);
    },
  });
}
