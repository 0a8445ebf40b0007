import { Metrics, startHttpApp, type Resources, type RunningApp } from '@entente/runtime';
import { addFormParsers } from './form';
import { HitRecorder } from './hit-recorder';
import { PageFilter } from './page-filter';
import { addPageHeaders } from './page-headers';
import { SiteModule } from './site.module';
import { answerUnreadablePath } from './unreadable-path';

/** No form of ours comes near it. */
const LONGEST_FORM = 65_536;

/** Starts the pages for recipients: unsubscribe, preference center, clicks and opens. */
export async function startSite(resources: Resources): Promise<RunningApp> {
  const metrics = new Metrics('site');
  const running = await startHttpApp(SiteModule.counting(metrics), {
    name: 'site',
    port: resources.settings.sitePort,
    resources,
    metrics,
    bodyLimit: LONGEST_FORM,
    jsonTypes: [],
    onUnreadablePath: answerUnreadablePath,
    configure: (app) => {
      const server = app.getHttpAdapter().getInstance();
      addPageHeaders(server);
      addFormParsers(server, LONGEST_FORM);
      app.useGlobalFilters(new PageFilter(resources.log));
    },
  });
  const hits = running.app.get(HitRecorder);
  return {
    name: 'site',
    url: running.url,
    close: async () => {
      await running.close();
      await hits.settled();
    },
  };
}
