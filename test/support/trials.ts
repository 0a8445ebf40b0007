import fc from 'fast-check';
import { eventName, eventTime, keysOf, messageKey, type Fact, type IdentityKey } from '@entente/event';
import { DAY, HOUR, type Instant, type Json, type JsonObject } from '@entente/kernel';
import {
  applyTraits,
  readTraits,
  resolveIdentities,
  type IdentityLink,
  type SourcedTraits,
} from '@entente/profile';
import { CREATED, evaluate, parseRule, withCreated, type HistoryEvent, type Rule } from '@entente/segment';
import { findContact, publish } from '@entente/storage';
import { linksOf, propertiesOf } from '../../apps/engine/arrivals';
import { pairOf, supersedes } from '../../apps/engine/identity-graph';
import { Author } from './author';
import { EngineWorld } from './engine-world';
import { testDatabase } from './postgres';

const start = Date.UTC(2026, 2, 1);

type Command =
  | {
      readonly do: 'arrive';
      readonly fact: Omit<Fact, 'timestamp' | 'v' | 'source'> & {
        readonly back: number;
        readonly trusted: boolean;
      };
    }
  | { readonly do: 'repeat'; readonly which: number }
  | { readonly do: 'read'; readonly partition: number; readonly limit: number }
  | { readonly do: 'pass'; readonly time: number }
  | { readonly do: 'segment'; readonly key: string; readonly rule: JsonObject }
  | { readonly do: 'restart' };

const user = fc.constantFrom('1', '2', '3');
const device = fc.constantFrom('a', 'b', 'c');
const email = fc.constantFrom('ana@example.com', 'bo@example.com');
const eventName$ = fc.constantFrom('Bought', 'Seen');
const back = fc.oneof(fc.constant(0), fc.integer({ min: -HOUR, max: 3 * DAY }));
const messageId = fc.uuid();
const personKey = fc.constantFrom('user:1', 'user:2', 'anonymous:a', 'email:ana@example.com');
const who = fc.oneof(
  fc.record({ userId: user }),
  fc.record({ anonymousId: device }),
  fc.record({ userId: user, anonymousId: device }),
);

const due = fc
  .integer({ min: -24, max: 96 })
  .map((hours) => new Date(start + hours * HOUR).toISOString().slice(0, hours % 2 === 0 ? 10 : undefined));

const factArb = fc
  .oneof(
    {
      weight: 5,
      arbitrary: fc.tuple(
        who,
        fc.record({
          type: fc.constant('track' as const),
          name: eventName$,
          properties: fc.record({ total: fc.integer({ min: 0, max: 3 }) }),
          messageId,
          back,
          trusted: fc.boolean(),
        }),
      ),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(
        who,
        fc.record({
          type: fc.constant('identify' as const),
          traits: fc.oneof(
            fc.record({ plan: fc.constantFrom<Json>('free', 'paid', null) }),
            fc.record({ email }),
            fc.record({ due }),
          ),
          messageId,
          back,
          trusted: fc.boolean(),
        }),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(
        fc.record({ userId: user, previousId: fc.oneof(user, device) }),
        fc.record({ type: fc.constant('alias' as const), messageId, back, trusted: fc.boolean() }),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(
        fc.record({ contact: fc.uniqueArray(personKey, { minLength: 2, maxLength: 2 }) }),
        fc.record({
          type: fc.constant('alias' as const),
          apart: fc.boolean(),
          messageId,
          back,
          trusted: fc.constant(true),
        }),
      ),
    },
  )
  .map(([ids, rest]) => ({ ...ids, ...rest }));

/** What is told of the first segment. */
const ofFirst = { own: true, where: { segment: 'first' } };

const within = fc.constantFrom('PT6H', 'P1D', 'P2D');
const event = fc.oneof(
  { weight: 8, arbitrary: eventName$ },
  { weight: 1, arbitrary: fc.constant(['Bought', 'Seen']) },
  { weight: 1, arbitrary: fc.constant('*') },
);
const condition: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ event }),
  fc.record({ event, within }),
  fc.record({
    event,
    within,
    count: fc.oneof(
      fc.record({ gte: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ lte: fc.integer({ min: 1, max: 2 }) }),
    ),
  }),
  fc.record({
    event,
    where: fc.record({ total: fc.record({ gt: fc.integer({ min: 0, max: 2 }) }) }),
    within,
  }),
  fc
    .tuple(
      fc.constantFrom<Json>(['Bought', 'Seen'], '*'),
      fc.integer({ min: 0, max: 2 }),
      fc.constantFrom<JsonObject>({}, { total: 1 }, { $at: { before: { trait: 'due' } } }),
      fc.constantFrom<JsonObject>({}, { within: 'P1D', count: { gte: 2 } }, { last: { $name: 'Seen' } }),
    )
    .map(([names, gt, other, more]): JsonObject => ({
      event: names,
      where: {
        $any: [
          { $name: 'Bought', total: { gt } },
          { $name: 'Seen', ...other },
        ],
      },
      ...more,
    })),
  fc.constantFrom<JsonObject>(
    { event: '*', since: { event: 'Bought' }, count: { gte: 2 } },
    { sequence: [{ event: 'Bought' }, { event: '*', within: 'P1D' }] },
    { sequence: [{ event: ['Bought', 'Seen'] }, { event: 'Seen', without: { event: '*' } }] },
    { event: 'Bought', sum: { of: 'total', less: { event: 'Seen' }, gt: 0 }, within: 'P1D' },
    { sequence: [{ event: 'Seen' }, { not: { event: 'Bought' }, within: 'PT6H' }] },
    { sequence: [{ event: 'Seen' }, { not: { event: '*' }, within: 'P1D' }], within: 'PT6H' },
  ),
  fc.record({ trait: fc.constant('plan'), eq: fc.constantFrom('free', 'paid') }),
  fc.record({
    trait: fc.constant('plan'),
    changed: fc.constantFrom<JsonObject>(
      { withinLast: 'P1D' },
      { moreThanAgo: 'PT6H' },
      { during: { day: -1 } },
      { before: { trait: 'due' } },
      { isNot: { hour: { lt: 12 } } },
    ),
  }),
  fc.record({ trait: fc.constant('due'), withinLast: within }),
  fc.record({ trait: fc.constant('due'), withinNext: within }),
  fc.record({ trait: fc.constant('due'), during: fc.constantFrom({ day: 0 }, { day: [1, 2] }) }),
  fc.record({
    event,
    where: fc.constant({ $at: { before: { trait: 'due' } } }),
    during: fc.constantFrom({ day: 0 }, { day: -1 }),
  }),
  fc.record({ trait: fc.constant(CREATED), withinLast: within }),
  fc.record({ trait: fc.constant(CREATED), moreThanAgo: within }),
  fc.record({ event, where: fc.constant({ $at: { before: { trait: CREATED, plus: 'PT6H' } } }) }),
  fc.constant({ segment: 'first' }),
  fc
    .tuple(
      fc.constantFrom('Segment Entered', 'Segment Left'),
      fc.constantFrom<JsonObject>({}, { within: 'P1D' }, { count: { gte: 2 } }),
    )
    .map(([name, more]) => ({ event: name, ...ofFirst, ...more })),
  fc.constantFrom<JsonObject>(
    { event: 'Segment Left', ...ofFirst, since: { event: 'Segment Entered', ...ofFirst } },
    { sequence: [{ event: 'Segment Entered', ...ofFirst }, { event: 'Seen' }] },
  ),
);
const not = (node: fc.Arbitrary<JsonObject>) => node.map((inner) => ({ not: inner }));
const rule: fc.Arbitrary<JsonObject> = fc.oneof(
  condition,
  not(condition),
  fc.array(fc.oneof(condition, not(condition)), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
  fc.array(fc.oneof(condition, not(condition)), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
);

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 10, arbitrary: factArb.map((fact) => ({ do: 'arrive', fact }) as Command) },
  { weight: 2, arbitrary: fc.nat(30).map((which) => ({ do: 'repeat', which }) as Command) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      partition: fc.nat(1),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      time: fc.oneof(
        fc.integer({ min: 1, max: HOUR }),
        fc.integer({ min: 1, max: 2 * DAY }),
        fc.constantFrom(DAY, 6 * HOUR),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('segment' as const),
      key: fc.constantFrom('second', 'third'),
      rule,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' } as Command) },
);

/** One run of the engine, with everything that arrived remembered beside it. */
class Trial {
  readonly arrived: { fact: Fact; at: Instant }[] = [];
  readonly rules = new Map<string, { version: number; rule: Rule }>();
  readonly snapshots: { at: Instant; of: Map<string, string[]> }[] = [];
  readonly author: Author;
  comparisons = 0;

  constructor(
    private readonly world: EngineWorld,
    private readonly sources: { readonly web: number; readonly server: number },
    private readonly settle: (world: EngineWorld) => Promise<void> = () => Promise.resolve(),
  ) {
    this.author = new Author(world.database);
  }

  async run(one: Command): Promise<void> {
    const { world } = this;
    switch (one.do) {
      case 'arrive': {
        const { back: age, trusted, ...fields } = one.fact;
        const source = trusted ? this.sources.server : this.sources.web;
        return this.arrive({ v: 1, source, timestamp: world.clock.now() - age, ...fields });
      }
      case 'repeat': {
        const again = this.arrived[one.which % Math.max(1, this.arrived.length)];
        return again && this.arrive(again.fact);
      }
      case 'read':
        await world.read(one.partition, one.limit);
        return;
      case 'pass':
        await world.passTo(world.clock.now() + one.time);
        return this.compare(world.clock.now() - 1);
      case 'segment':
        return this.define(one.key, one.rule);
      case 'restart':
        return world.restart();
    }
  }

  /** Each record gets its own millisecond, so that an instant tells what has arrived. */
  private async arrive(fact: Fact): Promise<void> {
    this.world.clock.moveTo(this.world.clock.now() + 1);
    await this.world.arrive(fact);
    this.arrived.push({ fact, at: this.world.clock.now() });
  }

  async define(key: string, json: JsonObject): Promise<void> {
    const parsed = parseRule(json);
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    const version = await this.author.segment(key, json);
    await this.world.passTo(this.world.clock.now() + 1);
    await this.world.work();
    this.rules.set(key, { version, rule: parsed.rule });
    await this.world.passTo(this.world.clock.now() + 1);
    await this.compare(this.world.clock.now() - 1);
  }

  async compare(at: Instant): Promise<void> {
    await this.settle(this.world);
    const people = this.peopleAt(at);
    const passages = await this.passages(at);
    const created = await this.creations();
    const of = new Map<string, string[]>();
    for (const [key, root] of people.roots) {
      const contact = await findContact(this.world.database, key);
      expect({ key, with: contact }).toEqual({ key, with: await findContact(this.world.database, root) });
      const stored = await this.stored(contact!);
      expect({ key, at, segments: stored }).toEqual({
        key,
        at,
        segments: this.expected(people.of(root, created.get(contact!)!), passages.get(contact!) ?? [], at),
      });
      of.set(contact!, stored);
      this.comparisons += this.rules.size;
    }
    this.snapshots.push({ at, of });
  }

  /** The log of entries and exits leads to what was the case at each instant that was looked at. */
  async compareLog(): Promise<void> {
    const live = new Map([...this.rules].map(([key, { version }]) => [version, key]));
    for (const { at, of } of this.snapshots) {
      for (const [contact, segments] of of) {
        const rows = await this.world.database.query<{ version_id: number; entered: boolean }>(
          `SELECT DISTINCT ON (version_id) version_id, entered FROM membership_change
           WHERE contact_id = $1 AND effective_at <= to_timestamp($2::double precision / 1000) ORDER BY version_id, id DESC`,
          [contact, at],
        );
        const logged = rows
          .filter((row) => row.entered && live.has(row.version_id))
          .map((row) => live.get(row.version_id)!);
        const known = segments.filter((key) => this.rulesAt(at).has(key));
        expect({ at, contact, logged: logged.filter((key) => this.rulesAt(at).has(key)).sort() }).toEqual({
          at,
          contact,
          logged: known,
        });
      }
    }
  }

  private readonly definedAt = new Map<number, Instant>();
  private rulesAt(at: Instant): Set<string> {
    return new Set(
      [...this.rules]
        .filter(([, { version }]) => (this.definedAt.get(version) ?? -Infinity) <= at)
        .map(([key]) => key),
    );
  }
  remember(): void {
    for (const { version } of this.rules.values()) {
      if (!this.definedAt.has(version)) this.definedAt.set(version, this.world.clock.now());
    }
  }

  private async stored(contact: string): Promise<string[]> {
    const rows = await this.world.database.query<{ segment_key: string }>(
      `SELECT segment_key FROM membership JOIN segment_version AS version ON version.id = version_id
       WHERE contact_id = $1 AND status = 'live' ORDER BY segment_key`,
      [contact],
    );
    return rows.map((row) => row.segment_key);
  }

  /** When the first contact of each person was created: the arrival of the first record of it that was read. */
  private async creations(): Promise<Map<string, Instant>> {
    const rows = await this.world.database.query<{ contact: string; at: Date }>(
      `SELECT coalesce(survivor_id, id) AS contact, min(created_at) AS at
       FROM contact LEFT JOIN lineage ON contact_id = id GROUP BY 1`,
    );
    return new Map(rows.map(({ contact, at }) => [contact, at.getTime()]));
  }

  /** What Entente told of entries and exits by an instant, by person. */
  private async passages(by: Instant): Promise<Map<string, HistoryEvent[]>> {
    const rows = await this.world.database.query<{
      contact: string;
      id: string;
      name: string;
      at: Date;
      properties: JsonObject;
    }>(
      `SELECT coalesce(survivor_id, contact_id) AS contact, message AS id, name, at, properties
       FROM event LEFT JOIN lineage USING (contact_id) WHERE name LIKE 'Segment %' AND at <= to_timestamp($1::double precision / 1000)`,
      [by],
    );
    const all = new Map<string, HistoryEvent[]>();
    for (const { contact, at, ...row } of rows)
      all.set(contact, [...(all.get(contact) ?? []), { ...row, at: at.getTime(), own: true }]);
    return all;
  }

  private expected(
    { history: said, traits }: { readonly history: HistoryEvent[]; readonly traits: JsonObject },
    passages: readonly HistoryEvent[],
    now: Instant,
  ): string[] {
    const history = [...said, ...passages];
    const memberOf = (key: string): boolean => {
      const found = this.rules.get(key);
      return (
        found !== undefined &&
        evaluate(found.rule, { contact: '0', timeZone: 'UTC', history, traits, memberOf }, now)
      );
    };
    return [...this.rules.keys()].filter(memberOf).sort();
  }

  private peopleAt(at: Instant) {
    const arrived = this.arrived.filter((one) => one.at <= at);
    const links = new Map<string, IdentityLink>();
    const keys = new Set<IdentityKey>();
    for (const { fact, at: arrival } of arrived) {
      const named = keysOf(fact, fact.source === this.sources.server);
      for (const key of [named.own, ...named.claims]) keys.add(key);
      for (const link of linksOf({ position: 0n, at: arrival, fact, ...named })) {
        const pair = pairOf(link);
        if (supersedes(link, links.get(pair))) links.set(pair, link);
      }
    }
    const resolved = resolveIdentities([...links.values()]);
    const roots = new Map([...keys].map((key) => [key, resolved.get(key) ?? key]));
    return {
      roots,
      of: (root: IdentityKey, created: Instant) => this.profileOf(root, { roots, arrived, created }),
    };
  }

  private profileOf(
    root: IdentityKey,
    {
      roots,
      arrived,
      created,
    }: { roots: Map<IdentityKey, IdentityKey>; arrived: Trial['arrived']; created: Instant },
  ) {
    const history: HistoryEvent[] = [];
    const seen = new Set<string>();
    let traits: SourcedTraits = {};
    for (const { fact, at } of arrived) {
      const { own } = keysOf(fact, fact.source === this.sources.server);
      const message = messageKey(fact.source, fact.messageId);
      if (roots.get(own) !== root || seen.has(`${own} ${message}`)) continue;
      seen.add(`${own} ${message}`);
      const values = propertiesOf(fact);
      history.push({
        at: eventTime(fact, at),
        id: message,
        name: eventName(fact),
        properties: values,
        identify: fact.type === 'identify',
      });
      if (fact.type === 'identify')
        traits = applyTraits(traits, {
          source: fact.source,
          at: eventTime(fact, at),
          message,
          values,
        }).traits;
    }
    const ranks = [
      { id: this.sources.web, precedence: 100, trusted: false },
      { id: this.sources.server, precedence: 50, trusted: true },
    ];
    return { history, traits: withCreated(readTraits(traits, ranks), created) };
  }
}

/** `seed@path` of a failure that was reported, to see it again. */
const [seed, path] = (process.env.ENTENTE_EXACTNESS_REPLAY ?? '').split('@');
const replay = seed ? { seed: Number(seed), path } : {};

/**
 * What is stored equals the definition over what has arrived, at every instant all partitions are read through, for random facts read
 * in random portions. What is to be done before memberships are compared comes too late for their log, which is not compared then.
 * Gives how many were compared.
 */
export async function compareInTrials(
  numRuns: number,
  settle?: (world: EngineWorld) => Promise<void>,
): Promise<number> {
  let comparisons = 0;
  await fc.assert(
    fc.asyncProperty(
      rule.filter((one) => !JSON.stringify(one).includes('segment')),
      fc.array(command, { minLength: 10, maxLength: 60 }),
      async (first, commands) => {
        const held = await testDatabase();
        try {
          const author = new Author(held.database);
          const sources = {
            web: await author.source('web', false),
            server: await author.source('server', true, 50),
          };
          const trial = new Trial(new EngineWorld(held.database, start), sources, settle);
          await trial.define('first', first);
          await held.database.transaction(async (tx) => {
            await publish(tx);
            await tx.run(`UPDATE segment SET events = true WHERE key = 'first'`);
          });
          trial.remember();
          for (const one of commands) {
            await trial.run(one);
            trial.remember();
          }
          await trial.run({ do: 'pass', time: HOUR });
          await trial.run({ do: 'pass', time: 3 * DAY });
          if (!settle) await trial.compareLog();
          comparisons += trial.comparisons;
        } finally {
          await held.close();
        }
      },
    ),
    { numRuns, endOnFailure: true, ...replay },
  );
  return comparisons;
}
