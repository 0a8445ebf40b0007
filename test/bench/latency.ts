import { setTimeout as sleep } from 'node:timers/promises';
import { DAY, SECOND, toIso, type Instant } from '@entente/kernel';
import { markCommonEventNames } from '@entente/storage';
import { Random } from '../demo/random';
import { BenchEngine } from './bench-engine';
import type { BenchServer } from './bench-server';
import type { Prepared } from './direct-log';
import { commonNames, EventSource, shopMix } from './event-mix';
import { checkMemberships, makeContacts, publishLive } from './memberships';
import type { Numbers } from './options';
import { tenSegments } from './segments';
import { quantile } from './statistics';

export const defaults = {
  contacts: 50_000,
  /** Events by which the maximum rate is measured first. */
  events: 40_000,
  /** How long events come at half that rate. */
  seconds: 15,
  /** Timers of all contacts that are due within those seconds, beside all the others that are armed. */
  due: 5_000,
  batch: 2_000,
  partitions: 4,
  seed: 1,
};

type Settings = Numbers<keyof typeof defaults>;

/** Events at half of the own maximum rate, whether or not the ones before them are done; timers that fall due meanwhile. */
export async function latency(
  server: BenchServer,
  settings: Settings,
  say: (line: string) => void,
): Promise<boolean> {
  const database = await server.database('latency', settings.partitions + 4);
  await publishLive(database, tenSegments);
  await markCommonEventNames(database, commonNames);
  await makeContacts(database, settings.contacts, tenSegments);
  await server.settle('latency');
  const engine = await new BenchEngine(database, settings.partitions, settings.batch).recall();
  const source = new EventSource(shopMix(settings.contacts), new Random(settings.seed), 'latency');
  await armLater(engine, settings);
  await server.settle('latency');
  const rate = (await maximumRate(engine, source, settings)) / 2;
  const offers = offersOf(engine, source, rate, settings.seconds);
  const armed = await armSooner(engine, settings);
  const start = Date.now();
  const [late] = await Promise.all([
    offer(engine, offers),
    fireUntil(engine, start + settings.seconds * SECOND),
  ]);
  const now = await engine.comeToRest();
  say(`offered ${Math.round(rate)} events/s, open loop, for ${settings.seconds} s; ${armed} timers armed`);
  say(`event → membership: ${percentiles(late)}`);
  say(`lateness of changes by time alone: ${percentiles(await lateness(engine, start, now))}`);
  const { faults, members } = await checkMemberships(engine, tenSegments);
  for (const line of faults.length > 0 ? faults : [`exact: ${members} memberships`]) say(line);
  return faults.length === 0;
}

async function maximumRate(engine: BenchEngine, source: EventSource, { events }: Settings): Promise<number> {
  let best = 0;
  for (let round = 0; round < 3; round += 1) {
    await engine.log.append(source.take(events, Date.now()));
    best = Math.max(best, (events / (await engine.readAll())) * SECOND);
  }
  return best;
}

const month = 30 * DAY;
/** Timers that are armed in a second at the least. */
const armingRate = 5_000;

/** Orders of nearly 30 days ago: most buyers lapse from tomorrow on. */
async function armLater(engine: BenchEngine, settings: Settings): Promise<void> {
  const tomorrow = Date.now() + DAY;
  await order(engine, settings, settings.due, settings.contacts, (index) => tomorrow + index);
}

/** The others lapse within the seconds to come. Ends when the first is about to; gives how many timers there are in all. */
async function armSooner(engine: BenchEngine, settings: Settings): Promise<number> {
  const { due, seconds } = settings;
  const soon = Date.now() + 2 * SECOND + (due / armingRate) * SECOND;
  await order(engine, settings, 0, due, (index) => soon + (index / due) * seconds * SECOND);
  await sleep(Math.max(0, soon - Date.now()));
  const [row] = await engine.database.query<{ armed: number }>('SELECT count(*)::int AS armed FROM timer');
  return row!.armed;
}

async function order(
  engine: BenchEngine,
  { batch }: Settings,
  from: number,
  to: number,
  lapsesAt: (index: number) => Instant,
): Promise<void> {
  for (let at = from; at < to; at += 20 * batch) {
    const indices = Array.from({ length: Math.min(20 * batch, to - at) }, (_, n) => at + n);
    await engine.log.append(
      indices.map((index) => orderOf(index + 1, Math.round(lapsesAt(index) - month), `timer-${index}`)),
    );
    await engine.readAll();
  }
}

const orderOf = (person: number, timestamp: Instant, messageId: string) => ({
  key: `user:${person}`,
  value: JSON.stringify({
    v: 1,
    type: 'track',
    source: 3,
    messageId,
    userId: String(person),
    name: 'Order Completed',
    properties: { total: 50 },
    timestamp,
  }),
});

/** Milliseconds from one offer to the next. */
const every = 5;

/** What comes at each offer, made ahead: clients make their events on machines of their own. */
function offersOf({ log }: BenchEngine, source: EventSource, rate: number, seconds: number): Prepared[] {
  const start = Date.now();
  let given = 0;
  return Array.from({ length: (seconds * SECOND) / every }, (_, tick) => {
    const count = Math.floor((rate * (tick + 1) * every) / SECOND) - given;
    given += count;
    return log.prepared(source.take(count, start + tick * every));
  });
}

/** Appends each offer when it is due; gives the milliseconds from when each event should have come to its commit. */
async function offer(engine: BenchEngine, offers: readonly Prepared[]): Promise<number[]> {
  const late: number[] = [];
  const start = performance.now();
  const partitions = Array.from({ length: engine.log.partitions }, (_, partition) => partition);
  const waiting = partitions.map(() => [] as Offered[]);
  let over = false;
  const reading = partitions.map(async (partition) => {
    const mine = waiting[partition]!;
    while (!over || mine.length > 0) {
      await engine.readPartition(partition, (next) => noteHandled(mine, next, late));
      await sleep(1);
    }
  });
  for (const [tick, records] of offers.entries()) {
    const due = start + (tick + 1) * every;
    await sleep(Math.max(0, due - performance.now()));
    const before = partitions.map((partition) => engine.log.next(partition));
    engine.log.put(records);
    for (const partition of partitions) {
      const end = engine.log.next(partition);
      waiting[partition]!.push({ due, end, count: end - before[partition]! });
    }
  }
  over = true;
  await Promise.all(reading);
  return late;
}

/** Records of one partition that came at one moment, up to a position. */
interface Offered {
  readonly due: number;
  readonly end: number;
  readonly count: number;
}

function noteHandled(waiting: Offered[], next: number, late: number[]): void {
  const now = performance.now();
  while (waiting.length > 0 && waiting[0]!.end <= next) {
    const { due, count } = waiting.shift()!;
    for (let n = 0; n < count; n += 1) late.push(now - due);
  }
}

async function fireUntil(engine: BenchEngine, end: Instant): Promise<void> {
  while (Date.now() < end) {
    const next = await engine.fire();
    await sleep(Math.min(Math.max((next ?? Infinity) - Date.now(), 5), 50));
  }
}

/** From the instant at which time changed a membership to the moment at which that was written. */
async function lateness(engine: BenchEngine, from: Instant, to: Instant): Promise<number[]> {
  const rows = await engine.database.query<{ late: number }>(
    `SELECT extract(epoch FROM recorded_at - effective_at)::float8 * 1000 AS late FROM membership_change
     WHERE cause->>'kind' = 'time' AND effective_at BETWEEN $1 AND $2`,
    [toIso(from), toIso(to)],
  );
  return rows.map(({ late }) => late);
}

const percentiles = (values: readonly number[]): string =>
  [0.5, 0.99, 1]
    .map((share) => `p${share * 100} ${quantile(values, share).toFixed(0)} ms`)
    .concat(`${values.length} in all`)
    .join(', ');
