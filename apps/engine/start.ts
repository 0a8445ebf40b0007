import { startHttpApp, type Resources, type RunningApp } from '@entente/runtime';
import { randomUUID } from 'node:crypto';
import { adoptRuleGround } from './adopt-rule-ground';
import { engineMetrics } from './engine-metrics';
import { EngineModule } from './engine.module';
import { newEngine } from './new-engine';

/** Starts the engine in all its roles: the stream, the timers and the jobs. */
export async function startEngine(resources: Resources): Promise<RunningApp> {
  await adoptRuleGround(resources.database, resources.settings.timeZone);
  const log = resources.log.child({ app: 'engine' });
  const { database, stream, clock } = resources;
  const engine = newEngine({
    id: randomUUID(),
    database,
    stream,
    clock,
    report: (what, error, details) => log.error({ err: error, ...details }, what),
  });
  return startHttpApp(EngineModule.of(engine, log), {
    name: 'engine',
    port: resources.settings.enginePort,
    resources,
    metrics: engineMetrics(engine),
  });
}
