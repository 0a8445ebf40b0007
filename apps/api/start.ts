import { Metrics, type Resources, type RunningApp, startHttpApp } from '@entente/runtime';
import { auditCalls } from './access/audit';
import { ApiModule } from './api.module';
import { acceptReports } from './complaints/read-complaint';
import { ApiProblemFilter } from './http/problem-filter';
import { acceptUploads } from './imports/uploads';
import { serveDocumentation } from './openapi';

/** Starts the marketing API, with its documentation at `/api/v1/docs`. */
export function startApi(resources: Resources): Promise<RunningApp> {
  const metrics = new Metrics('api');
  return startHttpApp(ApiModule.of(resources, metrics), {
    name: 'api',
    port: resources.settings.apiPort,
    resources,
    metrics,
    jsonTypes: ['application/json', 'application/merge-patch+json'],
    emptyIsNone: true,
    configure: async (app) => {
      await acceptUploads(app);
      acceptReports(app);
      app.useGlobalFilters(new ApiProblemFilter());
      auditCalls(app.getHttpAdapter().getInstance(), resources.database, resources.log);
      serveDocumentation(app);
    },
  });
}
