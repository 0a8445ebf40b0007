import { DAY, HOUR, type Instant, type JsonObject } from '@entente/kernel';
import {
  compileBook,
  costOf,
  evaluate,
  parseRule,
  traitsNamed,
  type Book,
  type Facts,
  type HistoryEvent,
  type Rule,
} from '..';

const now: Instant = Date.UTC(2026, 10, 23, 12);
const ruleOf = (json: unknown): Rule => {
  const read = parseRule(json);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.rule;
};
const found = (json: unknown): string[] => {
  const read = parseRule(json);
  return 'problems' in read ? read.problems.map(({ path, code }) => `${path} ${code}`) : [];
};
let ids = 0;
const did = (name: string, properties: JsonObject = {}, ago = HOUR): HistoryEvent => ({
  at: now - ago,
  id: String(ids++).padStart(6, '0'),
  name,
  properties,
});
const holds = (json: object, history: readonly HistoryEvent[], traits: JsonObject = {}): boolean => {
  const facts: Facts = { contact: '1', timeZone: 'UTC', traits, history, memberOf: () => false };
  return evaluate(ruleOf(json), facts, now);
};
const bookOf = (rule: Rule) => compileBook([{ id: 1, segment: 's', status: 'live', rule }]);

const touches = (book: Book, name: string, properties: JsonObject): boolean =>
  book.touchedBy({ name, properties });

const ordered = { $name: 'Ordered', total: { gt: 50 } };
const renewed = { $name: 'Renewed', plan: 'pro' };
const paid = { event: ['Ordered', 'Renewed'], where: { $any: [ordered, renewed] } };

describe('the name of an event', () => {
  const history = [
    did('Ordered', { total: 60 }),
    did('Ordered', { total: 40, plan: 'pro' }),
    did('Renewed', { plan: 'pro' }),
    did('Renewed', { plan: 'free', total: 99 }),
    did('Viewed', { plan: 'pro', total: 99 }),
  ];

  it('gives each kind of event its own filter, and counts them together', () => {
    expect(holds({ ...paid, count: 2 }, history)).toBe(true);
    expect(
      holds({ ...paid, count: 1, within: 'PT1H' }, [...history, did('Renewed', { plan: 'pro' }, 5)]),
    ).toBe(true);
    expect(holds({ ...paid, count: { gte: 3 } }, history)).toBe(false);
  });

  it.each<[object, number]>([
    [{ $name: 'Ordered' }, 2],
    [{ $name: { in: ['Ordered', 'Viewed'] }, total: { gt: 50 } }, 2],
    [{ $name: { notIn: ['Ordered', 'Viewed'] } }, 2],
    [{ $name: { ne: 'Ordered' } }, 3],
    [{ $name: { startsWith: 'RE' } }, 2],
    [{ $name: { contains: ['view', 'order'] } }, 3],
    [{ $name: { endsWith: 'red' } }, 2],
    [{ $name: { matches: '^[OR]' } }, 4],
    [{ $name: { isNot: { endsWith: 'ed' } } }, 0],
    [{ $name: { eq: { trait: 'favorite' } } }, 1],
    [{ $name: 'Ordered', $at: { hour: 11 } }, 2],
    [{ $any: [{ $name: 'Viewed', $at: { hour: 11 } }, { total: 40 }] }, 2],
    [{ said: { eq: { property: '$name' } } }, 0],
  ])('is compared as a text, of whatever somebody does: %j', (where, count) =>
    expect(holds({ event: '*', where, count }, history, { favorite: 'Viewed' })).toBe(true),
  );

  it('is not what a property of that name says', () => {
    const sent = [did('Viewed', { $name: 'Ordered', said: 'Viewed' })];
    const ofName = { event: '*', where: { $name: 'Ordered' } };
    expect(holds(ofName, sent)).toBe(false);
    expect(holds({ event: 'Viewed', last: { said: { eq: { property: '$name' } } } }, sent)).toBe(true);
    const book = bookOf(ruleOf(ofName));
    expect(book.touchedBy(sent[0]!)).toBe(false);
    expect(book.touchedBy(did('Ordered', { $name: 'Viewed' }))).toBe(true);
  });

  it('is what the first or the last is like, and how many different things were done', () => {
    const [first, last] = [did('Viewed', {}, 2 * DAY), did('Ordered', {}, 1)];
    const all = [...history, first, last];
    const either = ['Viewed', 'Ordered'];
    expect(holds({ event: either, first: { $name: 'Viewed' } }, all)).toBe(true);
    expect(holds({ event: either, last: { $name: 'Viewed' } }, all)).toBe(false);
    expect(holds({ event: '*', distinct: { of: '$name', eq: 3 } }, all)).toBe(true);
  });

  it('goes wherever events are named', () => {
    const since = { event: '*', where: { $name: { startsWith: 'Renew' }, plan: 'pro' } };
    expect(holds({ event: 'Ordered', since, count: 0 }, history)).toBe(true);
    expect(holds({ event: 'Viewed', since }, history)).toBe(true);
    const steps = [{ event: '*', where: { $any: [ordered, renewed] } }, { event: 'Viewed' }];
    expect(holds({ sequence: steps }, history)).toBe(true);
    expect(holds({ sequence: [...steps].reverse() }, history)).toBe(false);
    const ratio = { to: { event: ['Ordered', 'Renewed'] }, eq: 0.5 };
    expect(holds({ ...paid, ratio }, history)).toBe(true);
    expect(holds({ event: 'Viewed', ratio: { to: paid, eq: 0.5 } }, history)).toBe(true);
  });

  it.each<[object, string[]]>([
    [{ event: 'A', where: { $name: 'B' } }, ['rule.where.$name constant']],
    [{ event: ['A', 'C'], where: { $name: { in: ['B', 'D'] } } }, ['rule.where.$name constant']],
    [{ event: 'A', where: { $name: { ne: 'A' } } }, ['rule.where.$name constant']],
    [{ event: 'A', where: { $name: { startsWith: 'b' } } }, ['rule.where.$name constant']],
    [{ event: '*', where: { $name: 'Identified' } }, ['rule.where.$name constant']],
    [{ event: '*', where: { $name: { in: ['A', 'B'], startsWith: 'c' } } }, ['rule.where.$name constant']],
    [
      {
        event: ['A', 'B'],
        where: { $any: [{ $name: 'C', p: 1 }, { $name: 'B' }, { p: 2 }, { $name: 'D' }] },
      },
      ['rule.where.$any[0].$name constant', 'rule.where.$any[3].$name constant'],
    ],
    [
      { event: ['A', 'B'], where: { $name: 'A', $any: [{ $name: 'A', p: 1 }, { $name: 'B' }] } },
      ['rule.where.$any[1].$name constant'],
    ],
    [
      { event: '*', where: { $name: { in: ['A', 'B'] }, $any: [{ $name: 'C' }, { p: 1 }] } },
      ['rule.where.$any[0].$name constant'],
    ],
    [{ event: 'A', where: { $name: 'B', $any: [{ $name: 'C' }, { p: 1 }] } }, ['rule.where.$name constant']],
    [{ event: 'A', last: { $name: 'B' } }, ['rule.last.$name constant']],
    [
      { event: ['A', 'B'], where: { $name: 'A' }, first: { $any: [{ p: 1 }, { $name: 'B' }] } },
      ['rule.first.$any[1].$name constant'],
    ],
    [{ event: '*', where: { $name: 'A' }, last: { $name: 'Identified' } }, ['rule.last.$name constant']],
    [{ message: 'opened', last: { $name: 'Email Clicked' } }, ['rule.last.$name constant']],
    [{ event: 'A', since: { event: 'B', where: { $name: 'A' } } }, ['rule.since.where.$name constant']],
    [
      { sequence: [{ event: 'A', where: { $name: 'B' } }, { event: 'A' }] },
      ['rule.sequence[0].where.$name constant'],
    ],
    [{ event: 'A', where: { $name: 5 } }, ['rule.where.$name name']],
    [{ event: '*', where: { $name: { gt: 5, exists: true } } }, ['rule.where.$name name']],
    [{ event: '*', where: { $name: { in: [1, 2] } } }, ['rule.where.$name name']],
    [{ event: '*', where: { $name: { ne: true } } }, ['rule.where.$name name']],
    [{ event: '*', where: { $name: { isNot: { onDay: '2026-01-01' } } } }, ['rule.where.$name name']],
    [{ event: '*', where: { $name: { hasAny: ['A'] } } }, ['rule.where.$name name']],
    [{ event: '*', where: { $name: { gt: { trait: 'a' } } } }, ['rule.where.$name name']],
    [{ event: 'A', where: { '$name.first': 'B' } }, ['rule.where["$name.first"] path']],
    [{ trait: '$name', eq: 'B' }, ['rule.trait path']],
    [{ trait: 'a', some: { $name: 'B' } }, ['rule.some.$name path']],
    [
      { event: 'A', where: { a: { some: { b: { eq: { property: '$name' } } } } } },
      ['rule.where.a.some.b path'],
    ],
    [{ event: 'A', sum: { of: '$name', gt: 1 } }, ['rule.sum.of path']],
    [{ event: 'A', max: { of: '$name.x', gt: 1 } }, ['rule.max.of path']],
    [{ event: 'A', where: { $name: 'A' } }, []],
    [{ event: ['A', '*'], where: { $name: 'B' } }, []],
    [{ event: '*', where: { $name: 'A' }, last: { $name: 'A' } }, []],
    [{ event: '*', where: { $name: { eq: { trait: 'a' } } } }, []],
    [{ event: 'A', where: { $name: { eq: { property: 'a' } } } }, []],
    [{ event: 'A', where: { $name: { ne: { trait: 'a' } } } }, []],
    [{ event: 'Email Opened', own: true, where: { $name: 'Email Opened', by: 'human' } }, []],
    [{ event: ['*', 'Identified'], where: { $name: 'Identified' } }, []],
  ])('is refused where it makes no sense: %j %j', (rule, problems) => expect(found(rule)).toEqual(problems));
});

describe('what is done with an event', () => {
  it('is nothing where its name passes in no rule', () => {
    const book = bookOf(ruleOf({ event: ['A', 'B', 'C'], where: { $name: { notIn: ['B'] } } }));
    expect(['A', 'B', 'C', 'D'].map((name) => book.looksAt(name))).toEqual([true, false, true, false]);
  });

  it('is what the whole filter says of it', () => {
    const beside = bookOf(ruleOf({ event: ['A', 'B'], where: { $name: { eq: { property: 'said' } } } }));
    expect(['A', 'B'].map((said) => touches(beside, 'A', { said }))).toEqual([true, false]);
    const twice = { p: { gt: 1 }, $any: [{ $name: 'A', p: { lt: 5 } }, { $name: 'B' }] };
    const both = bookOf(ruleOf({ event: ['A', 'B'], where: twice }));
    expect([0, 3, 6].map((p) => touches(both, 'A', { p }))).toEqual([false, true, false]);
    expect([0, 3, 6].map((p) => touches(both, 'B', { p }))).toEqual([false, true, true]);
    const some = {
      $any: [{ $name: { ne: 'B' } }, { $name: 'A', p: 1 }, { $name: 'B', p: 1 }, { $name: 'B', q: 1 }],
    };
    const either = bookOf(ruleOf({ event: ['A', 'B'], where: some }));
    expect(touches(either, 'A', {})).toBe(true);
    const said: JsonObject[] = [{}, { p: 1 }, { q: 1 }];
    expect(said.map((one) => touches(either, 'B', one))).toEqual([false, true, true]);
  });

  it('costs what is asked of events of its name', () => {
    const { perEvent } = costOf(ruleOf({ event: 'Ordered', where: { total: { gt: 50 } } }));
    expect(costOf(ruleOf(paid)).perEvent).toBe(perEvent);
    const many = { $any: [ordered, { ...renewed, total: { gt: 1, lt: 9 } }] };
    expect(costOf(ruleOf({ ...paid, where: many }))).toMatchObject({
      perEvent: perEvent + 2,
      event: 'Renewed',
    });
    const none = { event: ['A', 'B'], where: { $name: 'B' } };
    expect(costOf(ruleOf(none)).event).toBe('B');
  });

  it.each<[object, string[]]>([
    [{ event: 'A', distinct: { of: '$name', gte: 2 } }, ['rule.distinct constant']],
    [{ event: ['A', 'B'], distinct: { of: '$name', lte: 2 } }, ['rule.distinct constant']],
    [
      { event: ['A', 'B'], where: { $name: { ne: 'B' } }, distinct: { of: '$name', gte: 2 } },
      ['rule.distinct constant'],
    ],
    [{ message: 'opened', distinct: { of: '$name', eq: 2 } }, ['rule.distinct constant']],
    [{ event: ['A', 'B'], distinct: { of: '$name', gte: 2 } }, []],
    [{ event: ['A', '*'], distinct: { of: '$name', gte: 5 } }, []],
  ])('differs as often as there are names: %j', (json, problems) => {
    const read = parseRule(json);
    const found = 'problems' in read ? read.problems.map(({ path, code }) => `${path} ${code}`) : [];
    expect(found).toEqual(problems);
    expect(parseRule(json, 'rule', true)).toHaveProperty('rule');
  });

  it('takes no properties where the name is all that is asked', () => {
    const named = bookOf(
      ruleOf({
        event: '*',
        where: { $name: { startsWith: 'A' } },
        distinct: { of: '$name', gte: 2 },
      }),
    );
    expect([...named.eventsFeeding(Object.keys(named.needs)).withProperties]).toEqual([]);
    const filtered = bookOf(ruleOf(paid));
    expect([...filtered.eventsFeeding(Object.keys(filtered.needs)).withProperties]).toHaveLength(2);
    const rare = { event: ['A', 'B'], where: { $name: { ne: 'B' } } };
    expect(bookOf(ruleOf(rare)).alone([1])).toBeDefined();
    expect(bookOf(ruleOf(paid)).alone([1])).toBeUndefined();
    const summed = parseRule({ event: 'A', sum: { of: '$name', gt: 1 } }, 'rule', true) as { rule: Rule };
    expect(bookOf(summed.rule).alone([1])).toBeUndefined();
  });

  it('is looked for by the names that pass, and what these must say', () => {
    const had = (rule: Rule) =>
      bookOf(rule)
        .deviation([1], now)
        .events.map(({ names, properties }) => [names, properties]);
    expect(had(ruleOf(paid))).toEqual([[['Ordered', 'Renewed'], undefined]]);
    expect(had(ruleOf({ ...paid, where: { $any: [ordered, { $name: 'Ordered', coupon: 'x' }] } }))).toEqual([
      [['Ordered'], undefined],
    ]);
    expect(had(ruleOf({ ...paid, where: { $name: 'Renewed', plan: 'pro' } }))).toEqual([
      [['Renewed'], { plan: 'pro' }],
    ]);
    expect(had(ruleOf({ event: '*', where: { $name: 'Renewed', plan: 'pro' } }))).toEqual([
      [['*'], { plan: 'pro' }],
    ]);
    const stored = parseRule({ ...paid, where: { $name: 'Lost' } }, 'rule', true) as { rule: Rule };
    expect(had(stored.rule)).toEqual([[[], undefined]]);
  });

  it('reads the traits that its name is compared with', () =>
    expect(traitsNamed(ruleOf({ event: '*', where: { $name: { eq: { trait: 'a.b' } } } }))).toEqual(['a']));
});
