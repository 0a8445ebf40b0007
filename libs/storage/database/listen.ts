import type { PoolClient } from 'pg';
import type { Database } from './database';

export interface Listening {
  close(): Promise<void>;
}

const PROBE_MS = 30_000;
const RETRY_MS = 1_000;

/**
 * LISTENs on one connection of the pool, and on another one when that breaks. `told` is called at each notice, and each
 * time listening begins, since notices may have been missed before.
 */
export function listen(database: Database, channel: string, told: () => void): Listening {
  const stop = new AbortController();
  const running = keepListening(database, channel, told, stop.signal);
  return {
    close: async () => {
      stop.abort();
      await running;
    },
  };
}

async function keepListening(
  database: Database,
  channel: string,
  told: () => void,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    await listenOnce(database, channel, told, stop).catch(() => undefined); // the caller polls meanwhile
    await pause(RETRY_MS, stop);
  }
}

async function listenOnce(
  database: Database,
  channel: string,
  told: () => void,
  stop: AbortSignal,
): Promise<void> {
  const runner = database.source.createQueryRunner();
  const broken = new AbortController();
  const onEnd = (): void => broken.abort();
  const client = (await runner.connect()) as PoolClient;
  client.on('notification', told).on('error', onEnd).on('end', onEnd);
  try {
    await client.query(`LISTEN ${channel}`);
    told();
    while (!stop.aborted && !broken.signal.aborted) {
      await pause(PROBE_MS, AbortSignal.any([stop, broken.signal]));
      if (!broken.signal.aborted) await client.query(stop.aborted ? 'UNLISTEN *' : 'SELECT 1');
    }
  } finally {
    client.off('notification', told).off('error', onEnd).off('end', onEnd);
    await runner.release();
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
