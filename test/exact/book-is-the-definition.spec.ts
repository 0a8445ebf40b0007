import fc from 'fast-check';
import { canonicalJson, type Duration, type Instant, type JsonObject } from '@entente/kernel';
import {
  compileBook,
  type HistoryEvent,
  type Rule,
  type SegmentVersion,
  type SeriesState,
  type Subject,
} from '@entente/segment';
import { Definition } from './definition';
import { deviatesBy } from './deviates-by';
import { happenings, type Happening } from './happenings';
import { absences, behaviors, comparisons, rules } from './rules';
import { scales, type Scale } from './scale';

const runs = Number(process.env.ENTENTE_PROPERTY_RUNS ?? 300);
const seed = Number(process.env.ENTENTE_PROPERTY_SEED ?? Date.now() % 2 ** 31);

const SEGMENTS = 5;

/** What the versions of a segment may be: some were replaced at one instant or another. */
const kept = [
  { status: 'live', until: 1 },
  { status: 'live', until: 2 },
  { status: 'live' },
  { status: 'building' },
] as const;

const versions = (scale: Scale): fc.Arbitrary<SegmentVersion[]> =>
  fc
    .tuple(
      ...Array.from({ length: SEGMENTS }, (_, index) => {
        const replaced = fc.option(rules(scale, index), { freq: 1 });
        return fc.tuple(replaced, replaced, fc.option(rules(scale, index)), fc.option(rules(scale, index)));
      }),
    )
    .map((list) =>
      list.flatMap((own, index) =>
        own.flatMap((rule, offset) =>
          rule === null
            ? []
            : [{ id: 100 - kept.length * index - offset, segment: `s${index}`, rule, ...kept[offset]! }],
        ),
      ),
    );

/** Runs a book over what happens to one contact and compares it with the definition wherever something may move. */
class Run {
  readonly definition: Definition;
  private readonly book;
  private clock: Instant;
  private state: SeriesState;
  private members: Set<number>;
  /** Versions from which this contact does not deviate, whatever time brings. */
  private usual: readonly number[] = [];

  constructor(
    contact: string,
    versions: readonly SegmentVersion[],
    private readonly extra: readonly Rule[],
    private readonly scale: Scale,
  ) {
    this.definition = new Definition(contact, versions, scale, extra);
    this.book = compileBook(versions, extra, scale.timeZone);
    this.clock = scale.start;
    this.state = this.book.emptyState();
    this.members = new Set(this.book.firstChanges(this.subject(), this.clock, []).entered);
    this.noteUsual();
    this.compareAt(this.clock, this.members);
  }

  happen(one: Happening): void {
    this.passTo(this.clock + one.after);
    if ('traits' in one) {
      const { traits: before } = this.definition;
      const foretold = this.nextChange();
      this.definition.traits = { ...before, ...one.traits };
      const changed = changedNames(before, this.definition.traits);
      const after = this.book.nextChangeAfterTraits(changed, this.subject(), this.clock) ?? Infinity;
      expect(this.nextChange()).toBeGreaterThanOrEqual(Math.min(foretold, after));
      this.decide(this.book.affectedByTraits(changed));
      return;
    }
    const id = String(this.definition.history.length).padStart(3, '0');
    const { event: name, properties, own, identify } = one;
    const event = {
      at: this.clock - one.late,
      id,
      name,
      properties,
      ...(own && { own }),
      ...(identify && { identify }),
    };
    this.definition.history.push(event);
    const before = this.nextChange();
    this.fold(event);
    const after = this.book.nextChangeAfter(event, this.subject(), this.clock) ?? Infinity;
    expect(this.nextChange()).toBeGreaterThanOrEqual(Math.min(before, after));
    this.decide(this.book.affectedByEvent(event));
  }

  /** Lets time pass, step by step through what `nextChange` foretells; nothing may move in between. */
  passTo(until: Instant): void {
    for (;;) {
      const next = this.nextChange();
      expect(next).toBeGreaterThan(this.clock);
      this.staysUntil(Math.min(next, until + 1));
      if (next > until) break;
      const due = this.book.affectedByTime(this.subject(), this.clock, next);
      this.clock = next;
      this.decide(due);
    }
    this.clock = until;
  }

  finish(rest: Duration): void {
    this.passTo(this.clock + rest);
    expect(this.book.foldAll(this.definition.history)).toEqual(this.state);
    expect(this.book.foldAll([...this.definition.history].reverse())).toEqual(this.state);
  }

  private fold(event: HistoryEvent): void {
    const { book, definition } = this;
    const folded = book.fold(this.state, event);
    expect(folded === this.state).toBe(!book.touchedBy(event));
    this.state = folded === 'recompute' ? book.fold(this.state, event, () => definition.history) : folded;
    if (folded === 'recompute' && definition.isInOrder(event))
      throw new Error('What comes in order is folded.');
  }

  private nextChange(): Instant {
    return this.book.nextChange(this.subject(), this.clock) ?? Infinity;
  }

  private subject(): Subject {
    const { contact, traits } = this.definition;
    return { contact, state: this.state, traits };
  }

  private staysUntil(next: Instant): void {
    for (const at of this.definition.boundaries(this.clock, next)) this.compareAt(at, this.members);
  }

  private decide(affected: readonly number[]): void {
    this.members = this.book.members(this.subject(), this.clock, affected, this.members);
    this.noteUsual();
    this.compareAt(this.clock, this.members);
  }

  private noteUsual(): void {
    const { book, clock, members } = this;
    const { traits, history } = this.definition;
    const deviates = (version: number) =>
      deviatesBy(book.deviation([version], clock), { traits, history, members, now: clock });
    this.usual = this.definition.versions.map(({ id }) => id).filter((id) => !deviates(id));
  }

  private compareAt(at: Instant, members: Set<number>): void {
    const { definition, book } = this;
    const truth = definition.members(at);
    definition.comparisons += definition.versions.length + this.extra.length;
    expect(members).toEqual(truth);
    expect(book.members(this.subject(), at)).toEqual(truth);
    const without = book.membersWithout(at);
    for (const version of this.usual) expect(truth.has(version)).toBe(without.has(version));
    for (const rule of this.extra)
      expect(book.holds(rule, this.subject(), at)).toBe(definition.holds(rule, { status: 'live' }, at));
  }
}

const changedNames = (before: JsonObject, after: JsonObject): string[] =>
  Object.keys({ ...before, ...after }).filter(
    (name) => canonicalJson(before[name]) !== canonicalJson(after[name]),
  );

describe.each(scales)('the book and the definition, over $name,', (scale) => {
  const contact = fc.integer({ min: 1, max: 1_000 }).map(String);

  it('say the same at every instant, for every history, in any order of arrival (promises 2 and 3)', () => {
    let comparisons = 0;
    const extras = fc.array(rules(scale, SEGMENTS), { maxLength: 2 });
    fc.assert(
      fc.property(contact, versions(scale), extras, happenings(scale), (who, all, extra, steps) => {
        comparisons += runOf(scale, who, all, extra, steps);
      }),
      { seed, numRuns: Math.ceil(runs * scale.share) },
    );
    tell(scale, 'rules', comparisons);
  }, 3_600_000);

  it.each([
    ['each single condition on what somebody did', 'conditions', behaviors, 2],
    ['what happened set against something else', 'comparisons', comparisons, 1],
    ['what did not follow', 'absences', absences, 1],
  ] as const)(
    'say the same of %s',
    (_, what, arbitrary, share) => {
      let comparisons = 0;
      fc.assert(
        fc.property(contact, arbitrary(scale), happenings(scale), (who, rule, steps) => {
          comparisons += runOf(scale, who, [{ id: 1, segment: 's0', status: 'live', rule }], [], steps);
        }),
        { seed, numRuns: Math.ceil(share * runs * scale.share) },
      );
      tell(scale, what, comparisons);
    },
    3_600_000,
  );
});

/** Lets it all happen, and says how many comparisons were made. */
function runOf(
  scale: Scale,
  contact: string,
  versions: readonly SegmentVersion[],
  extra: readonly Rule[],
  steps: readonly Happening[],
): number {
  const run = new Run(contact, versions, extra, scale);
  for (const one of steps) run.happen(one);
  run.finish(scale.rest);
  return run.definition.comparisons;
}

const tell = (scale: Scale, what: string, comparisons: number): boolean =>
  process.stdout.write(
    `book = definition, ${what} over ${scale.name}: seed ${seed}, ${runs} runs, ${comparisons} comparisons\n`,
  );
