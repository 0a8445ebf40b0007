import { setTimeout as sleep } from 'node:timers/promises';
import { MarketingApi } from '../demo/marketing-api';
import { Random } from '../demo/random';
import { checkEvents } from './checks/events';
import { Findings } from './checks/findings';
import { checkMails, checkReports } from './checks/mails';
import { checkMemberships, type Instants } from './checks/memberships';
import { checkWalks } from './checks/walks';
import { campaigns, CART_SECONDS, defineAll, lateSegment, publishBroadcast } from './definitions';
import { goDown } from './downtime';
import { EventClient } from './event-client';
import { Mischief } from './mischief';
import { makePeople, type Somebody } from './people';
import { complaintsOf, type Place } from './place';
import { reading, type Query } from './reading';
import { Recipients } from './recipients';
import { untilConsumed, untilSettled } from './settle';
import { shop } from './shoppers';
import type { Outcome } from './table';

export interface ChaosOptions {
  readonly seed: number;
  readonly people: number;
  /** Calls of the Tracking API. */
  readonly perSecond: number;
  readonly waves: number;
  readonly waveSeconds: number;
  /** Mean time between two blows. */
  readonly blowEveryMs: number;
  /** Longest time that something stays dead or frozen. */
  readonly longestMs: number;
  /** Beginnings of the names of what is struck; none: everything. */
  readonly strike: readonly string[];
  /** How long to wait for what is left to do. */
  readonly patienceMs: number;
  readonly say: (line: string) => void;
}

const BROADCAST = 'news';

/** Stops all engines for a while, where that can be; lets people shop and recipients react while everything falls, wave after wave; then waits and checks every promise. */
export async function runChaos(place: Place, options: ChaosOptions): Promise<Outcome> {
  const run = await Run.begin(place, options);
  if (place.engineProcesses.length > 0) await run.downtime();
  for (let wave = 1; wave <= options.waves; wave += 1) await run.wave(wave);
  await run.settle();
  return run.check();
}

class Run {
  private readonly findings = new Findings();
  private readonly quiet: number[] = [];
  private readonly startedAt = Date.now();
  private readonly recipients: Recipients;
  private readonly mischief: Mischief;
  private endedAt = 0;
  private late: Promise<void> | undefined;

  private constructor(
    private readonly place: Place,
    private readonly options: ChaosOptions,
    private readonly api: MarketingApi,
    private readonly client: EventClient,
    private readonly people: readonly Somebody[],
    private readonly random: Random,
  ) {
    this.recipients = new Recipients(place, api, random);
    this.mischief = new Mischief(place, random, {
      everyMs: options.blowEveryMs,
      longestMs: options.longestMs,
      only: options.strike,
    });
  }

  static async begin(place: Place, options: ChaosOptions): Promise<Run> {
    const random = new Random(options.seed);
    const api = new MarketingApi(place.api, place.keys.admin);
    await defineAll(api);
    const client = await EventClient.of(place);
    return new Run(place, options, api, client, makePeople(options.people, random), random);
  }

  async downtime(): Promise<void> {
    const { api, client, recipients, findings } = this;
    await goDown(this.place, { api, client, recipients, patienceMs: this.options.patienceMs }, findings);
    this.options.say('engines were down and are back');
  }

  /** One wave of events and blows, and a moment of quiet after it. */
  async wave(number: number): Promise<void> {
    const { options, client, people, random } = this;
    const stop = sleep(options.waveSeconds * 1_000);
    const isMiddle = number === Math.ceil(options.waves / 2);
    if (isMiddle) this.late = Promise.all([this.broadcast(), this.addSegment()]).then(() => undefined);
    await Promise.all([
      shop(client, people, random, { perSecond: options.perSecond, stop }),
      this.recipients.act(people, stop),
      this.mischief.wreak(stop),
    ]);
    if (isMiddle) await this.late;
    this.quiet.push(await untilConsumed(this.place, options.patienceMs));
    options.say(`wave ${number}: ${client.offers.size} events, ${this.mischief.total} blows`);
  }

  async settle(): Promise<void> {
    this.endedAt = Date.now();
    await untilSettled(this.place, this.endedAt + CART_SECONDS * 1_000, this.options.patienceMs);
    this.quiet.push(await untilConsumed(this.place, this.options.patienceMs));
    await sleep(500);
  }

  async check(): Promise<Outcome> {
    const { place, client, api, recipients, findings } = this;
    const figures = await reading(place, async (query) => {
      await checkEvents(query, client, findings);
      await checkMemberships(query, client, await this.instants(query), findings);
      await checkWalks(query, findings);
      await checkMails(query, place, recipients, findings);
      return this.figures(query);
    });
    const broadcasts = this.late ? [`broadcasts/${BROADCAST}`] : [];
    const paths = [...Object.keys(campaigns).map((key) => `campaigns/${key}`), ...broadcasts];
    const reports = await checkReports(api, paths, findings);
    return {
      figures,
      blows: this.mischief.blows,
      findings,
      reports,
      complaints: complaintsOf(place.processes),
    };
  }

  private broadcast(): Promise<void> {
    return stubbornly(() => publishBroadcast(this.api, BROADCAST, 2_000));
  }

  private addSegment(): Promise<void> {
    const { key, rule } = lateSegment;
    return stubbornly(async () => void (await this.api.put(`segments/${key}`, { name: key, rule })));
  }

  private async instants(query: Query): Promise<Instants> {
    const [row] = await query<{ live_at: Date | null }>(
      `SELECT live_at FROM segment_version WHERE segment_key = $1 AND status = 'live'`,
      [lateSegment.key],
    );
    const plain = this.people.filter(({ isPlain }) => isPlain).map(({ user }) => `user:${user}`);
    return {
      quiet: this.quiet,
      busy: await this.busyInstants(query),
      lateLiveAt: row?.live_at?.getTime() ?? Infinity,
      plain: new Set(plain),
    };
  }

  /** Some at random, and some at the very ends of windows and just before. */
  private async busyInstants(query: Query): Promise<number[]> {
    const random = Array.from(
      { length: 15 },
      () => this.startedAt + Math.floor(this.random.next() * (this.endedAt - this.startedAt)),
    );
    const ends = await query<{ at: string }>(
      `SELECT floor(extract(epoch FROM at) * 1000) AS at FROM event WHERE name IN ('Order Completed', 'Product Added')
         AND at > $1 ORDER BY md5(message::text) LIMIT 6`,
      [new Date(this.startedAt).toISOString()],
    );
    const windows = [4_000, 15_000, 20_000];
    const exact = ends.flatMap(({ at }, index) => {
      const end = Number(at) + windows[index % windows.length]!;
      return [end - 1, end];
    });
    return [...random, ...exact].filter((at) => at < this.endedAt);
  }

  private async figures(query: Query): Promise<Record<string, number>> {
    const [row] = await query<Record<string, number>>(
      `SELECT (SELECT count(*)::int FROM contact) AS contacts, (SELECT count(*)::int FROM lineage) AS "merged contacts",
         (SELECT count(*)::int FROM membership_change) AS "entries and exits", (SELECT count(*)::int FROM enrollment) AS enrollments,
         (SELECT count(*)::int FROM message) AS "messages considered",
         (SELECT count(*)::int FROM message WHERE status = 'unknown') AS "messages unknown"`,
    );
    const { client, recipients, mischief } = this;
    return {
      'events offered': client.offers.size,
      'events answered': client.answered,
      'requests repeated': client.retries,
      ...row,
      'mails received': this.place.inbox.mails.length,
      'permissions given': recipients.granted.size,
      'opt-outs': recipients.optOuts.length,
      blows: mischief.total,
    };
  }
}

/** Repeats what may have been cut off; what it does is the same when it is done twice. */
async function stubbornly(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= 60) throw error;
      await sleep(500);
    }
  }
}
