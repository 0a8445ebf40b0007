import { markCommonEventNames } from '@entente/storage';
import { Random } from '../demo/random';
import { BenchEngine } from './bench-engine';
import type { BenchServer } from './bench-server';
import { commonNames, EventSource, shopMix, type EventMix } from './event-mix';
import { checkMemberships, makeContacts, publishLive } from './memberships';
import type { Numbers } from './options';
import { RawInsert, rowsOf, type RawRow } from './raw-insert';
import { categorySegment, tenSegments, type BenchSegment } from './segments';
import { median, medianAndRange } from './statistics';

export const defaults = {
  contacts: 50_000,
  /** Of each kind and round. */
  events: 20_000,
  rounds: 5,
  batch: 2_000,
  partitions: 4,
  segments: 10_000,
  /** Shares of events that set a trait, and that claim a device. */
  traits: 0,
  claims: 0,
  /** 1: the contacts' shares follow Zipf's law. */
  zipf: 0,
  seed: 1,
};

type Settings = Numbers<keyof typeof defaults>;

/** One way to take events in. */
interface Contestant<Work = unknown> {
  readonly name: string;
  /** Makes the records of a round, which is not measured. */
  prepare(): Promise<Work>;
  /** Takes them in; gives milliseconds. */
  run(work: Work): Promise<number>;
}

interface EngineUnderTest extends Contestant {
  readonly segments: readonly BenchSegment[];
  /** How many different events it was given. */
  told(): number;
  readonly engine: BenchEngine;
}

/** Stream records → store → segments → memberships, beside plain inserts of the same rows, in interleaved rounds. */
export async function throughput(
  server: BenchServer,
  settings: Settings,
  say: (line: string) => void,
): Promise<boolean> {
  const raw = await rawContestants(server, settings);
  const ten = await engineContestant(server, settings, '10 segments', tenSegments, {});
  const contestants: Contestant[] = [...raw, ten];
  const engines = [ten];
  if (settings.segments > tenSegments.length) {
    const many = await manySegments(server, settings);
    contestants.push(...many);
    engines.push(...many);
  }
  report(await race(contestants, server, settings, say), say);
  let exact = true;
  for (const one of engines) {
    const given = engines
      .filter(({ engine }) => engine === one.engine)
      .reduce((sum, each) => sum + each.told(), 0);
    const { faults: inexact } = await checkMemberships(one.engine, one.segments);
    const faults = [...inexact, ...(await lost(one.engine, given))];
    exact &&= faults.length === 0;
    say(`${one.name}: ${faults.length === 0 ? 'exact' : faults.join('; ')}`);
  }
  say(`memory of this process: ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`);
  return exact;
}

/** What one contestant's rounds came to. */
interface Score {
  readonly rates: number[];
  /** Processor time of both processes for each event, in microseconds. */
  readonly cpu: number[];
  /** This process's part of it. */
  readonly own: number[];
}

/**
 * The first rounds warm everything up and do not count: until there were as many events as there are contacts, most events are the first
 * of somebody since the engine started, which is so once in its life, and pages are written whole after the checkpoint before.
 */
async function race(
  contestants: readonly Contestant[],
  server: BenchServer,
  { rounds, events, contacts }: Settings,
  say: (line: string) => void,
): Promise<Map<string, Score>> {
  const scores = new Map<string, Score>(
    contestants.map(({ name }) => [name, { rates: [], cpu: [], own: [] }]),
  );
  for (let round = 1 - Math.max(1, Math.ceil(contacts / events)); round <= rounds; round += 1) {
    const line: string[] = [];
    for (const { name, prepare, run } of contestants) {
      const work = await prepare();
      const before = { all: server.cpuTaken(), own: process.cpuUsage() };
      const rate = (events / (await run(work))) * 1_000;
      const own = process.cpuUsage(before.own);
      const cpu = (server.cpuTaken() - before.all) / events;
      line.push(`${name} ${Math.round(rate)}`);
      if (round <= 0) continue;
      scores.get(name)!.rates.push(rate);
      scores.get(name)!.cpu.push(cpu);
      scores.get(name)!.own.push((own.user + own.system) / events);
    }
    say(`${round <= 0 ? 'warm-up' : `round ${round}`}: ${line.join(', ')} events/s`);
  }
  return scores;
}

function report(scores: ReadonlyMap<string, Score>, say: (line: string) => void): void {
  const [raw, lean, ten] = [...scores.values()] as [Score, Score, Score];
  const against = (own: readonly number[], base: readonly number[]) =>
    medianAndRange(own.map((rate, round) => rate / base[round]!));
  say('');
  say('| | events/s, median | ÷ raw | ÷ raw lean | ÷ 10 segments | CPU µs/event (Node) | ÷ raw by CPU |');
  say('|---|---|---|---|---|---|---|');
  for (const [name, { rates, cpu, own }] of scores) {
    const ratios = [raw, lean, ten].map((base) => against(rates, base.rates)).join(' | ');
    const ratio = medianAndRange(cpu.map((taken, round) => raw.cpu[round]! / taken));
    const processor = `${median(cpu).toFixed(0)} (${median(own).toFixed(0)}) | ${ratio}`;
    say(`| ${name} | ${Math.round(median(rates))} | ${ratios} | ${processor} |`);
  }
  say('');
}

async function rawContestants(server: BenchServer, settings: Settings): Promise<Contestant[]> {
  const raw = new RawInsert(await server.bare('raw', 2));
  await raw.open();
  const source = new EventSource(mixOf(settings, {}), new Random(settings.seed), 'raw');
  const prepare = () => Promise.resolve(rowsOf(source.take(settings.events, Date.now())));
  return [
    { name: 'raw', prepare, run: (rows: RawRow[]) => raw.insert(rows, settings.batch) },
    { name: 'raw lean', prepare, run: (rows: RawRow[]) => raw.insertLean(rows, settings.batch) },
  ] as Contestant[];
}

const mixOf = ({ contacts, traits, claims, zipf }: Settings, special: Partial<EventMix>): EventMix => ({
  ...shopMix(contacts),
  traits,
  claims,
  people: zipf > 0 ? 'zipf' : 'uniform',
  ...special,
});

async function engineContestant(
  server: BenchServer,
  settings: Settings,
  name: string,
  segments: readonly BenchSegment[],
  special: Partial<EventMix>,
): Promise<EngineUnderTest> {
  const engine = await preparedEngine(server, settings, `of_${segments.length}`, segments);
  return contestantOn(engine, settings, name, segments, special);
}

async function manySegments(server: BenchServer, settings: Settings): Promise<EngineUnderTest[]> {
  const categories = settings.segments - tenSegments.length;
  const segments = [...tenSegments, ...Array.from({ length: categories }, (_, n) => categorySegment(n))];
  const engine = await preparedEngine(server, settings, 'of_many', segments);
  const count = `${segments.length} segments`;
  return [
    contestantOn(engine, settings, count, segments, { categories, categoryShare: 0.5 }),
    contestantOn(engine, settings, `${count}, all touching`, segments, {
      categories,
      categoryShare: 0.9,
      touching: 1,
    }),
  ];
}

async function preparedEngine(
  server: BenchServer,
  settings: Settings,
  name: string,
  segments: readonly BenchSegment[],
): Promise<BenchEngine> {
  const database = await server.database(name, settings.partitions + 4);
  await publishLive(database, segments);
  await markCommonEventNames(database, commonNames);
  await makeContacts(database, settings.contacts, segments);
  await server.settle(name);
  return new BenchEngine(database, settings.partitions, settings.batch).recall();
}

function contestantOn(
  engine: BenchEngine,
  settings: Settings,
  name: string,
  segments: readonly BenchSegment[],
  special: Partial<EventMix>,
): EngineUnderTest {
  const source = new EventSource(
    mixOf(settings, special),
    new Random(settings.seed),
    name.replaceAll(/\W/g, ''),
  );
  return {
    name,
    engine,
    segments,
    prepare: () => engine.log.append(source.take(settings.events, Date.now())),
    run: () => engine.readAll(),
    told: () => source.told,
  };
}

/** Each event is stored once. */
async function lost({ database }: BenchEngine, given: number): Promise<string[]> {
  const [row] = await database.query<{ stored: number }>('SELECT count(*)::int AS stored FROM event');
  return row!.stored === given ? [] : [`${row!.stored} events are stored, of ${given}`];
}
