import { setTimeout as sleep } from 'node:timers/promises';
import { toIso } from '@entente/kernel';
import type { Place } from './place';
import { reading, type Query } from './reading';

const LOOK_MS = 250;
const QUIET_LOOKS = 3;

/**
 * Waits until every record is consumed and every fact told. Gives an instant that all partitions have been read through before
 * anything that arrives later is.
 */
export async function untilConsumed(place: Place, patienceMs: number): Promise<number> {
  await until(place, patienceMs, 'events wait to be consumed', async (query) => {
    const [row] = await query<{ count: number }>('SELECT count(*)::int AS count FROM outbox');
    return row!.count === 0 && (await lag(place)) === 0;
  });
  return Date.now();
}

/**
 * Waits until nothing is left to do: no walk is open, no message waits or is being sent, no planned instant up to `through`
 * is open. What time alone changes begins walks too.
 */
export function untilSettled(place: Place, through: number, patienceMs: number): Promise<void> {
  return until(place, patienceMs, 'walks, messages or timers are open', async (query) => {
    const [row] = await query<{ open: number }>(OPEN, [toIso(through)]);
    return row!.open === 0 && (await lag(place)) === 0;
  });
}

const OPEN = `SELECT (
    (SELECT count(*) FROM outbox)
  + (SELECT count(*) FROM enrollment WHERE status = 'active')
  + (SELECT count(*) FROM message WHERE status = 'sending' OR status = 'waiting')
  + (SELECT count(*) FROM campaign_run WHERE status IN ('planned', 'running'))
  + (SELECT count(*) FROM segment_version WHERE status IN ('building', 'replaced'))
  + (SELECT count(*) FROM timer WHERE due < greatest($1, clock_timestamp() - interval '1 second'))
  + (SELECT count(*) FROM contact WHERE repair IS NOT NULL))::int AS open`;

/** When patience ends what is open stays open, and the checks will say what it is. */
async function until(
  place: Place,
  patienceMs: number,
  what: string,
  holds: (query: Query) => Promise<boolean>,
): Promise<void> {
  const end = Date.now() + patienceMs;
  await reading(place, async (query) => {
    for (let quiet = 0; quiet < QUIET_LOOKS; await sleep(LOOK_MS)) {
      quiet = (await holds(query)) ? quiet + 1 : 0;
      if (Date.now() > end) return void process.stderr.write(`${what} after ${patienceMs / 1_000} s\n`);
    }
  });
}

async function lag({ engines }: Place): Promise<number> {
  const answers = await Promise.all(
    engines.map(async (url) => {
      const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
      const text = /^entente_stream_lag_seconds(?:\{[^}]*\})? (\S+)$/m.exec(await response.text())?.[1];
      return text === undefined ? Infinity : Number(text.replace('+Inf', 'Infinity'));
    }),
  ).catch(() => [Infinity]);
  return Math.max(...answers);
}
