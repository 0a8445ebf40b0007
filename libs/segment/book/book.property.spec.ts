import fc from 'fast-check';
import type { Instant, JsonObject } from '@entente/kernel';
import {
  compileBook,
  evaluate,
  parseRule,
  type Facts,
  type HistoryEvent,
  type Rule,
  type SegmentVersion,
} from '..';
import { conditionsOf } from '../rule';

const runs = Number(process.env.ENTENTE_PROPERTY_RUNS ?? 300);
const seed = Number(process.env.ENTENTE_PROPERTY_SEED ?? Date.now() % 2 ** 31);

const SEGMENTS = 5;
const start: Instant = Date.UTC(2026, 10, 2);
const TICK = 500;

// Few names and values, so that rules share series and events pass filters.
const scalar = fc.constantFrom('x', 'y', 1, 2, true);
const number = fc.constantFrom(0, 1, 2);
const comparison: fc.Arbitrary<unknown> = fc.oneof(
  scalar,
  scalar.map((eq) => ({ eq })),
  scalar.map((ne) => ({ ne })),
  fc.array(scalar, { minLength: 1, maxLength: 3 }).map((list) => ({ in: list })),
  fc.array(scalar, { minLength: 1, maxLength: 3 }).map((list) => ({ notIn: list })),
  fc.boolean().map((exists) => ({ exists })),
  number.map((gt) => ({ gt })),
  number.map((gte) => ({ gte, lt: 2 })),
  number.map((lte) => ({ lte })),
);
const operators = comparison.map((one) => (typeof one === 'object' ? one : { eq: one }) as object);
const count = fc.oneof(
  fc.integer({ min: 1, max: 3 }).chain((n) => fc.constantFrom<unknown>(n, { gte: n }, { lt: n }, { ne: n })),
  number.chain((n) => fc.constantFrom<unknown>(n, { gt: n }, { lte: n }, { notIn: [n] })),
  fc.constantFrom<unknown>({ gte: 1, lte: 2 }, { gt: 1, lt: 3 }, { in: [0, 2] }, { gte: 1, ne: 2 }),
);
const value = fc.constantFrom<JsonObject[string]>('x', 'y', 1, 2, 0, true, null, ['x'], { r: 1 });

const trait = fc
  .tuple(fc.constantFrom('a', 'b', 'o.c'), operators)
  .map(([path, one]) => ({ trait: path, ...one }));
const event = fc
  .record(
    {
      event: fc.constantFrom('X', 'Y'),
      where: fc.oneof(
        comparison.map((p) => ({ p })),
        fc.tuple(comparison, comparison).map(([p, q]) => ({ p, 'q.r': q })),
      ),
      within: fc.constantFrom('PT1S', 'PT2S', 'PT3.5S', 'PT10S'),
      count,
    },
    { requiredKeys: ['event'] },
  )
  .map((fields) => fields as object);
const segment = (below: number): fc.Arbitrary<object> =>
  fc.integer({ min: -1, max: below - 1 }).map((index) => ({ segment: `s${index}` }));

const ruleBelow = (below: number): fc.Arbitrary<unknown> =>
  fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', maxDepth: 3, withCrossShrink: true },
      { arbitrary: event, weight: 5 },
      { arbitrary: trait, weight: 2 },
      { arbitrary: segment(below), weight: 2 },
      { arbitrary: fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })), weight: 3 },
      { arbitrary: fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })), weight: 3 },
      { arbitrary: tie('node').map((not) => ({ not })), weight: 2 },
    ),
  })).node;

const checked = (json: unknown): Rule => {
  const read = parseRule(json);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.rule;
};

const versions: fc.Arbitrary<SegmentVersion[]> = fc
  .tuple(
    ...Array.from({ length: SEGMENTS }, (_, index) =>
      fc.record({ live: fc.option(ruleBelow(index)), building: fc.option(ruleBelow(index)) }),
    ),
  )
  .map((list) =>
    list.flatMap((rules, index) =>
      (['live', 'building'] as const).flatMap((status, offset) =>
        rules[status] === null
          ? []
          : [{ id: 100 - 2 * index - offset, segment: `s${index}`, status, rule: checked(rules[status]) }],
      ),
    ),
  );
const ticks = fc.integer({ min: 0, max: 8 }).map((n) => n * TICK);
const properties = fc.record({ p: value, q: fc.oneof(value, fc.record({ r: value })) }, { requiredKeys: [] });
const step = fc.oneof(
  {
    arbitrary: fc.record({
      after: ticks,
      event: fc.constantFrom('X', 'Y', 'Z'),
      properties,
      late: fc.oneof(fc.constant(0), ticks),
    }),
    weight: 5,
  },
  {
    arbitrary: fc.record({
      after: ticks,
      traits: fc.record({ a: value, b: value, o: fc.record({ c: value }) }, { requiredKeys: [] }),
    }),
    weight: 2,
  },
);

/** The definition, with names of segments resolved as DESIGN says, and nothing else in common with the book. */
class Definition {
  comparisons = 0;
  readonly history: HistoryEvent[] = [];
  traits: JsonObject = {};

  constructor(readonly versions: readonly SegmentVersion[]) {}

  members(now: Instant): Set<number> {
    return new Set(this.versions.filter((version) => this.isMember(version, now)).map(({ id }) => id));
  }

  holds(rule: Rule, status: SegmentVersion['status'], now: Instant): boolean {
    const memberOf = (segment: string): boolean => {
      const named = (wanted: string): SegmentVersion | undefined =>
        this.versions.find((version) => version.segment === segment && version.status === wanted);
      const version = (status === 'building' ? named('building') : undefined) ?? named('live');
      return version !== undefined && this.isMember(version, now);
    };
    const facts: Facts = { traits: this.traits, history: this.history, memberOf };
    return evaluate(rule, facts, now);
  }

  /** Every instant after which or at which a window could move, and its neighbors. */
  boundaries(): Instant[] {
    const at = this.history.flatMap((one) => [1_000, 2_000, 3_500, 10_000].map((window) => one.at + window));
    return [...new Set(at.flatMap((instant) => [instant - 1, instant, instant + 1]))].sort((a, b) => a - b);
  }

  /** The value of every condition that stands in a version. */
  conditions(now: Instant): boolean[] {
    return this.versions.flatMap(({ rule, status }) =>
      conditionsOf(rule).map((condition) => 'segment' in condition || this.holds(condition, status, now)),
    );
  }

  private isMember({ rule, status }: SegmentVersion, now: Instant): boolean {
    return this.holds(rule, status, now);
  }
}

/** Runs a book over what happens to one contact and compares it with the definition wherever something may move. */
class Run {
  readonly definition: Definition;
  private readonly book;
  private clock = start;
  private state;
  private members: Set<number>;

  constructor(
    versions: readonly SegmentVersion[],
    private readonly extra: readonly Rule[],
  ) {
    this.definition = new Definition(versions);
    this.book = compileBook(versions, extra);
    this.state = this.book.emptyState();
    this.members = new Set(this.book.membersOfNobody(start));
    this.compareAt(start, this.members);
  }

  happen(
    one:
      | { after: number; traits: JsonObject }
      | { after: number; event: string; properties: JsonObject; late: number },
  ): void {
    this.passTo(this.clock + one.after);
    if ('traits' in one) {
      this.definition.traits = one.traits;
      this.decide(this.book.affectedByTraits(['a', 'b', 'o']));
      return;
    }
    const id = String(this.definition.history.length);
    const event = { at: this.clock - one.late, id, name: one.event, properties: one.properties };
    this.definition.history.push(event);
    const folded = this.book.fold(this.state, event);
    expect(folded === this.state).toBe(!this.book.touchedBy(event.name, event.properties));
    if (folded === 'recompute') throw new Error('A state that this book folded suffices.');
    this.state = folded;
    this.decide(this.book.affectedByEvent(event.name, event.properties));
  }

  /** Lets time pass, step by step through what `nextChange` foretells; nothing may move in between. */
  passTo(until: Instant): void {
    for (;;) {
      const next = this.book.nextChange(this.state, this.definition.traits, this.clock) ?? Infinity;
      expect(next).toBeGreaterThan(this.clock);
      this.staysUntil(Math.min(next, until + 1));
      if (next > until) break;
      expect(this.definition.conditions(next)).not.toEqual(this.definition.conditions(next - 1));
      const due = this.book.affectedByTime(this.state, this.definition.traits, this.clock, next);
      this.clock = next;
      this.decide(due);
    }
    this.clock = until;
  }

  finish(): void {
    this.passTo(this.clock + 20_000);
    expect(this.book.foldAll(this.definition.history)).toEqual(this.state);
    expect(this.book.foldAll([...this.definition.history].reverse())).toEqual(this.state);
  }

  private staysUntil(next: Instant): void {
    const between = this.definition.boundaries().filter((at) => at > this.clock && at < next);
    for (const at of between) this.compareAt(at, this.members);
  }

  private decide(affected: number[]): void {
    const { state, clock, definition } = this;
    this.members = this.book.members(state, definition.traits, clock, affected, this.members);
    this.compareAt(clock, this.members);
  }

  private compareAt(at: Instant, members: Set<number>): void {
    const { definition, book, state } = this;
    const truth = definition.members(at);
    definition.comparisons += definition.versions.length + this.extra.length;
    expect(members).toEqual(truth);
    expect(book.members(state, definition.traits, at)).toEqual(truth);
    for (const rule of this.extra)
      expect(book.holds(rule, state, definition.traits, at)).toBe(definition.holds(rule, 'live', at));
  }
}

describe('the book and the definition', () => {
  it('say the same at every instant, for every history, in any order of arrival', () => {
    let comparisons = 0;
    const extras = fc.array(ruleBelow(SEGMENTS).map(checked), { maxLength: 2 });
    fc.assert(
      fc.property(versions, extras, fc.array(step, { maxLength: 14 }), (all, extra, steps) => {
        const run = new Run(all, extra);
        for (const one of steps) run.happen(one);
        run.finish();
        comparisons += run.definition.comparisons;
      }),
      { seed, numRuns: runs },
    );
    process.stdout.write(`book = definition: seed ${seed}, ${runs} runs, ${comparisons} comparisons\n`);
  }, 3_600_000);
});
