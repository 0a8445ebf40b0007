import { randomUUID } from 'node:crypto';
import { startHttpApp, type Resources, type RunningApp } from '@entente/runtime';
import { senderMetrics } from './sender-metrics';
import { SenderModule } from './sender.module';

/** Starts a sender, with health and metrics. */
export async function startSender(resources: Resources): Promise<RunningApp> {
  const { database, mailer, clock, settings } = resources;
  const { metrics, count } = senderMetrics(database);
  const log = resources.log.child({ app: 'sender' });
  const sender = { id: randomUUID(), database, mailer, clock, settings, log, count };
  return startHttpApp(SenderModule.of(sender), {
    name: 'sender',
    port: settings.senderPort,
    resources,
    metrics,
  });
}
