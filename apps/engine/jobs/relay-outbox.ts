import { forgetTold, takeLease, untold } from '@entente/storage';
import { leaseLength, type Engine } from '../engine';

const atOnce = 500;

/**
 * Appends what the outbox holds to the stream, and then forgets it. A crash in between tells it twice, under one message
 * id. Gives whether there may be more.
 */
export async function relayOutbox(engine: Engine): Promise<boolean> {
  if (!(await takeLease(engine.database, 'outbox', engine.id, leaseLength))) return false;
  const rows = await untold(engine.database, atOnce);
  if (rows.length === 0) return false;
  await engine.stream.append(rows.map(({ key, record }) => ({ key, value: JSON.stringify(record) })));
  await forgetTold(
    engine.database,
    rows.map(({ id }) => id),
  );
  return rows.length === atOnce;
}
