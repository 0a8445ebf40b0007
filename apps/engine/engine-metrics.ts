import { Metrics } from '@entente/runtime';
import { readPositions } from '@entente/stream';
import type { Engine } from './engine';
import { consumer } from './through';

/** What an operator watches of the engine. */
export function engineMetrics(engine: Engine): Metrics {
  const metrics = new Metrics('engine');
  const seconds = async (sql: string) => {
    const [row] = await engine.database.query<{ seconds: string | null }>(sql);
    return Number(row?.seconds ?? 0);
  };
  metrics.gauge('stream_lag_seconds', 'Age of the oldest record that is not consumed', () => lag(engine));
  metrics.gauge('oldest_due_timer_seconds', 'How long the most overdue timer has been due', () =>
    seconds(`SELECT greatest(extract(epoch FROM clock_timestamp() - min(due)), 0) AS seconds FROM timer`),
  );
  metrics.gauge('set_aside_records', 'Records that failed and wait for a person', () =>
    seconds('SELECT count(*) AS seconds FROM set_aside WHERE resolved_at IS NULL'),
  );
  metrics.gauge('contacts_to_repair', 'Contacts whose evaluation failed', () =>
    seconds('SELECT count(*) AS seconds FROM contact WHERE repair IS NOT NULL'),
  );
  metrics.gauge('companies_to_tell', 'Companies whose contacts have yet to be told of a change', () =>
    seconds('SELECT count(DISTINCT company_id) AS seconds FROM company_telling'),
  );
  metrics.gauge('oldest_outbox_seconds', 'Age of the oldest fact that is not yet told', () =>
    seconds('SELECT extract(epoch FROM clock_timestamp() - min(created_at)) AS seconds FROM outbox'),
  );
  return metrics;
}

/** Zero when every partition is read to its end; else the time since the one furthest behind was last read through. */
async function lag(engine: Engine): Promise<number> {
  const bounds = await engine.stream.bounds();
  const positions = await readPositions(engine.database, { consumer, topic: engine.stream.topic });
  const now = engine.clock.now();
  const lags = [...bounds].map(([partition, { first, next }]) => {
    const position = positions.get(partition);
    if (next === (position?.next ?? first)) return 0;
    return position ? (now - position.through) / 1_000 : Infinity;
  });
  return Math.max(0, ...lags);
}
