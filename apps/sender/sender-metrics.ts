import { Metrics } from '@entente/runtime';
import type { Database } from '@entente/storage';

/** What an operator watches of the sending: of the whole installation where it lies in the database. */
export function senderMetrics(database: Database) {
  const metrics = new Metrics('sender');
  const read = async (sql: string): Promise<number> => {
    const [row] = await database.query<{ value: string | null }>(sql);
    return Number(row?.value ?? 0);
  };
  metrics.gauge('messages_waiting', 'Messages that wait to leave', () =>
    read(`SELECT count(*) AS value FROM message WHERE status = 'waiting'`),
  );
  metrics.gauge(
    'oldest_sendable_message_seconds',
    'How long the oldest message that could leave has waited',
    () =>
      read(
        `SELECT greatest(extract(epoch FROM clock_timestamp() - min(not_before)), 0) AS value FROM message
       WHERE status = 'waiting' AND campaign_key <> ALL (ARRAY(SELECT key FROM campaign WHERE status = 'paused'))`,
      ),
  );
  metrics.gauge('messages_unknown', 'Messages of which nobody knows whether they left', () =>
    read(`SELECT count(*) AS value FROM message WHERE status = 'unknown'`),
  );
  const outcomes = metrics.counter('message_outcomes_total', 'Messages by what became of them', [
    'status',
    'reason',
  ]);
  return { metrics, count: (status: string, reason: string) => outcomes.inc({ status, reason }) };
}
