import { type Resources, type RunningApp, startHttpApp } from '@entente/runtime';
import { auditCalls } from './access/audit';
import { ApiModule } from './api.module';
import { ApiProblemFilter } from './http/problem-filter';
import { acceptUploads } from './imports/uploads';
import { serveDocumentation } from './openapi';

/** Starts the marketing API, with its documentation at `/api/v1/docs`. */
export function startApi(resources: Resources): Promise<RunningApp> {
  return startHttpApp(ApiModule.of(resources), {
    name: 'api',
    port: resources.settings.apiPort,
    resources,
    jsonTypes: ['application/json', 'application/merge-patch+json'],
    emptyIsNone: true,
    configure: async (app) => {
      await acceptUploads(app);
      app.useGlobalFilters(new ApiProblemFilter());
      auditCalls(app.getHttpAdapter().getInstance(), resources.database, resources.log);
      serveDocumentation(app);
    },
  });
}
