import { forgetTold, setAside, takeLease, untold, type Untold } from '@entente/storage';
import { UnfitRecord } from '@entente/stream';
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
  await append(engine, rows);
  await forgetTold(
    engine.database,
    rows.map(({ id }) => id),
  );
  return rows.length === atOnce;
}

/** What the stream can never hold is set aside, so that it does not keep everything behind it from being told. */
async function append(engine: Engine, rows: readonly Untold[]): Promise<void> {
  try {
    await engine.stream.append(rows.map(({ key, record }) => ({ key, value: JSON.stringify(record) })));
  } catch (error) {
    if (!(error instanceof UnfitRecord)) throw error;
    if (rows.length > 1) for (const row of rows) await append(engine, [row]);
    else await setAsideUntold(engine, rows[0]!, error.message);
  }
}

const setAsideUntold = (engine: Engine, { id, key, record }: Untold, reason: string): Promise<void> =>
  setAside(engine.database, {
    consumer: 'outbox',
    topic: 'outbox',
    partition: 0,
    position: BigInt(id),
    key,
    value: JSON.stringify(record),
    arrival: engine.clock.now(),
    reason,
  });
