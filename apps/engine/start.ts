import { startHttpApp, type Resources, type RunningApp } from '@entente/runtime';
import { randomUUID } from 'node:crypto';
import { adoptRuleGround } from './adopt-rule-ground';
import { DefinitionsCache } from './definitions';
import type { Engine } from './engine';
import { engineMetrics } from './engine-metrics';
import { EngineModule } from './engine.module';
import { KnownContacts } from './known-contacts';
import { Bustle } from './paced';
import { SeenMessages } from './seen-messages';
import { Through } from './through';

/** Starts the engine in all its roles: the stream, the timers and the jobs. */
export async function startEngine(resources: Resources): Promise<RunningApp> {
  await adoptRuleGround(resources.database, resources.settings.timeZone);
  const log = resources.log.child({ app: 'engine' });
  const engine = engineOf({ ...resources, log });
  return startHttpApp(EngineModule.of(engine, log), {
    name: 'engine',
    port: resources.settings.enginePort,
    resources,
    metrics: engineMetrics(engine),
  });
}

/** What the roles work with, from what the process opened. */
function engineOf({ database, stream, clock, log }: Resources): Engine {
  return {
    id: randomUUID(),
    database,
    stream,
    clock,
    definitions: new DefinitionsCache(database),
    through: new Through(stream, clock),
    known: new KnownContacts(),
    seen: new SeenMessages(),
    bustle: new Bustle(),
    report: (what, error, details) => log.error({ err: error, ...details }, what),
  };
}
