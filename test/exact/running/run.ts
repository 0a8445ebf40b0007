import { SECOND, type Instant } from '@entente/kernel';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkEvents } from '../../chaos/checks/events';
import { Findings } from '../../chaos/checks/findings';
import { driftFromLog } from '../../chaos/checks/membership-log';
import { EventClient, type Call } from '../../chaos/event-client';
import { Mischief } from '../../chaos/mischief';
import { complaintsOf, type Place } from '../../chaos/place';
import { reading } from '../../chaos/reading';
import { untilConsumed, untilSettled } from '../../chaos/settle';
import type { Outcome } from '../../chaos/table';
import { MarketingApi } from '../../demo/marketing-api';
import { Random } from '../../demo/random';
import { rulesInSql } from '../purchases/rules';
import { batchesOf, inParts, type Batch } from './batches';
import { Comparison, isOfOneKey } from './comparison';
import { edgesWithin, histories } from './histories';
import { checkApi } from './members-by-api';
import { Segments, swapsWithin } from './segments';

export interface ExactOptions {
  readonly seed: number;
  /** So many have a history that comes in order, and so many others one that comes shuffled. */
  readonly people: number;
  /** Moments of quiet while either are loaded. */
  readonly stops: number;
  /** Blows while histories come shuffled. */
  readonly kill: number;
  /** How long to wait for what is left to do. */
  readonly patienceMs: number;
  readonly say: (line: string) => void;
}

/** What an event passes on its way to a membership. */
const struck = ['all-in-one', 'PostgreSQL', 'ingest', 'engine', 'kafka'];
const LONGEST_DEAD_MS = 3_000;
const AT_ONCE = 8;
const BUSY_INSTANTS = 2;
const EDGES = 2;
const SWAPS = 2;
/** From when everything is consumed until more comes. */
const QUIET_MS = SECOND;
/** Until a timer that is due counts as late. */
const DUE_MS = SECOND;

/**
 * Loads histories through the API in order, and others in any order while processes are killed, and edits segments meanwhile; at moments of quiet
 * memberships are compared with SQL.
 */
export async function runExact(place: Place, options: ExactOptions): Promise<Outcome> {
  const run = new Run(place, options, await EventClient.of(place));
  await run.inOrder();
  await run.shuffled();
  return run.check();
}

class Run {
  private readonly random: Random;
  private readonly api: MarketingApi;
  private readonly mischief: Mischief;
  private readonly quiet = new Comparison('memberships equal SQL when all was read');
  private readonly busy = new Comparison('and while it is read, for people with one key', isOfOneKey);
  private readonly calls: Call[] = [];
  private readonly segments: Segments;

  constructor(
    private readonly place: Place,
    private readonly options: ExactOptions,
    private readonly client: EventClient,
  ) {
    this.random = new Random(options.seed);
    this.api = new MarketingApi(place.api, place.keys.admin);
    this.segments = new Segments(this.api, new Random(options.seed + 1));
    this.mischief = new Mischief(place, this.random, {
      everyMs: Infinity,
      longestMs: LONGEST_DEAD_MS,
      only: struck,
    });
  }

  /** Half of the rules are there before anybody is; the others come in the middle. What is edited is so all the time. */
  async inOrder(): Promise<void> {
    const [first, second] = inParts(Object.keys(rulesInSql), 2) as [string[], string[]];
    await Promise.all([this.segments.define(first), this.segments.defineEdited()]);
    const batches = batchesOf(this.historiesOf('a'), this.random);
    for (const [index, part] of inParts(batches, this.options.stops).entries()) {
      const since = Date.now();
      const isMiddle = index === Math.floor(this.options.stops / 2);
      const others = isMiddle ? this.segments.define(second) : undefined;
      await this.segments.editWhile(Promise.all([this.send(part, 1), others]));
      await this.stop(since);
    }
    this.options.say(`in order: ${this.client.offers.size} events`);
  }

  async shuffled(): Promise<void> {
    const { random, options, client, mischief } = this;
    const calls = this.historiesOf('b');
    const batches = batchesOf(random.some(calls, calls.length), random);
    const blows = new Set(random.some([...new Set(batches)], options.kill));
    for (const part of inParts(batches, options.stops)) {
      const since = Date.now();
      await this.segments.editWhile(this.send(part, AT_ONCE, blows));
      await mischief.end();
      await this.stop(since);
    }
    options.say(`shuffled: ${client.offers.size} events, ${mischief.total} blows`);
  }

  async check(): Promise<Outcome> {
    const { client, quiet, busy, place, mischief, segments } = this;
    const findings = new Findings();
    await reading(place, async (query) => {
      await checkEvents(query, client, findings);
      quiet.tell(findings);
      busy.tell(findings);
      findings.add(
        '2',
        'memberships and timers are what the log and their contacts say',
        1,
        await driftFromLog(query),
      );
      await checkApi(query, this.api, segments.keys, findings);
    });
    return {
      figures: {
        segments: segments.keys.length,
        edits: segments.edits,
        'events offered': client.offers.size,
        'events answered': client.answered,
        'requests repeated': client.retries,
      },
      blows: mischief.blows,
      findings,
      reports: new Map(),
      complaints: complaintsOf(place.processes),
    };
  }

  private historiesOf(tribe: string): Call[] {
    const calls = histories(this.random, tribe, this.options.people, Date.now());
    this.calls.push(...calls);
    return calls;
  }

  private async send(batches: readonly Batch[], atOnce: number, blows?: Set<Batch>): Promise<void> {
    const left = [...batches];
    const sendNext = async (): Promise<void> => {
      for (let batch = left.shift(); batch; batch = left.shift()) {
        if (blows?.delete(batch)) this.mischief.strike();
        await this.client.send('server', batch);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, sendNext));
  }

  /**
   * Compares at the beginning of a moment of quiet, when windows move past events within it, and at some instants since an earlier one, those
   * around a swap among them.
   */
  private async stop(since: Instant): Promise<void> {
    const { place, options, random, segments } = this;
    const at = await untilConsumed(place, options.patienceMs);
    await sleep(QUIET_MS + DUE_MS);
    await untilSettled(place, Date.now(), options.patienceMs);
    const edges = random.some(edgesWithin(this.calls, at, at + QUIET_MS), EDGES);
    const instants = Array.from({ length: BUSY_INSTANTS }, () => random.whole(since, at));
    await reading(place, async (query) => {
      await this.quiet.at(query, [at, ...edges.flatMap((edge) => [edge - 1, edge])], segments);
      const swaps = random.some(await swapsWithin(query, since, at), SWAPS);
      await this.busy.at(query, [...instants, ...swaps.flatMap((swap) => [swap - 1, swap])], segments);
    });
  }
}
