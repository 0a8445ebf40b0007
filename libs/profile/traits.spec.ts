import type { Json } from '@entente/kernel';
import fc from 'fast-check';
import {
  applyTraits,
  mailAddress,
  mergeTraits,
  MOST_TRAITS,
  readTraits,
  type SourcedTraits,
  type SourceRank,
  type TraitChange,
} from './traits';

const crm: SourceRank = { id: 1, precedence: 10, trusted: true };
const shop: SourceRank = { id: 2, precedence: 20, trusted: true };
const web: SourceRank = { id: 3, precedence: 5, trusted: false };
const sources = [crm, shop, web];

const set = (source: number, at: number, values: Record<string, Json>, message = `m${at}`): TraitChange => ({
  source,
  at,
  message,
  values,
});
const fold = (changes: readonly TraitChange[], start: SourcedTraits = {}) =>
  changes.reduce((traits, change) => applyTraits(traits, change).traits, start);

const anyValue = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom('x', 'y'),
);
const anyName = fc.constantFrom('email', 'plan', 'city', '__proto__', 'toString');
const anyChange = fc.record({
  source: fc.integer({ min: 1, max: 3 }),
  at: fc.integer({ min: 0, max: 4 }),
  message: fc.constantFrom('a', 'b', 'c'),
  values: fc.dictionary(anyName, anyValue, { noNullPrototype: true }),
});
const anyChanges = fc.array(anyChange, { maxLength: 12 });
const anyTraits = anyChanges.map((changes) => fold(changes));

describe('traits', () => {
  it('do not depend on the order of arrival, nor on repetition', () =>
    fc.assert(
      fc.property(
        anyChanges.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        ([all, shuffled]) => expect(fold([...shuffled, ...all])).toEqual(fold(all)),
      ),
    ));

  it('merge commutatively, associatively and idempotently, and as if one contact had seen all', () =>
    fc.assert(
      fc.property(anyTraits, anyTraits, anyTraits, anyChanges, (a, b, c, changes) => {
        expect(mergeTraits(a, b)).toEqual(mergeTraits(b, a));
        expect(mergeTraits(mergeTraits(a, b), c)).toEqual(mergeTraits(a, mergeTraits(b, c)));
        expect(mergeTraits(a, a)).toEqual(a);
        expect(mergeTraits(a, fold(changes))).toEqual(fold(changes, a));
      }),
    ));

  it('names as changed exactly what took this event’s value', () =>
    fc.assert(
      fc.property(anyTraits, anyChange, (before, change) => {
        const { traits, changed } = applyTraits(before, change);
        const differing = Object.keys(change.values).filter(
          (name) =>
            JSON.stringify(Object.entries(traits).find(([n]) => n === name)) !==
            JSON.stringify(Object.entries(before).find(([n]) => n === name)),
        );
        expect([...changed].sort()).toEqual(differing.sort());
        if (changed.length === 0) expect(traits).toBe(before);
      }),
    ));

  it('keep the later event’s value, and its time even when the value is the same', () => {
    const traits = fold([
      set(1, 1, { city: 'Lyon' }),
      set(1, 3, { city: 'Lyon' }),
      set(1, 2, { city: 'Paris' }),
    ]);
    expect(traits).toEqual({ city: { '1': ['Lyon', 3, 'm3'] } });
  });

  it('are read from the source of the lowest precedence that has a value', () => {
    const said = fold([set(1, 1, { city: 'Lyon' }), set(2, 9, { city: 'Paris', plan: 'pro' })]);
    expect(readTraits(said, sources)).toEqual({ city: 'Lyon', plan: 'pro' });
    const takenBack = fold([set(1, 2, { city: null })], said);
    expect(readTraits(takenBack, sources)).toEqual({ city: 'Paris', plan: 'pro' });
    expect(readTraits(fold([set(2, 10, { city: null })], takenBack), sources)).toEqual({ plan: 'pro' });
  });

  it('of sources with one precedence are read from the later event', () => {
    const ranks = [crm, { ...shop, precedence: 10 }];
    expect(readTraits(fold([set(1, 5, { a: 1 }), set(2, 4, { a: 2 })]), ranks)).toEqual({ a: 1 });
    expect(readTraits(fold([set(1, 5, { a: 1 }), set(2, 6, { a: 2 })]), ranks)).toEqual({ a: 2 });
  });

  it('E09 never reach an object’s prototype', () => {
    const traits = fold([
      set(1, 1, JSON.parse('{"__proto__":{"admin":true},"constructor":1}') as Record<string, Json>),
    ]);
    expect(Object.keys(readTraits(traits, sources))).toEqual(['__proto__', 'constructor']);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });
});

describe('E18 the number of trait names', () => {
  const many = (from: number, to: number) =>
    Object.fromEntries(
      Array.from({ length: to - from }, (_, i) => [`t${String(from + i).padStart(5, '0')}`, 1]),
    );
  const a = set(3, 1, many(0, MOST_TRAITS));
  const b = set(3, 2, many(MOST_TRAITS - 10, MOST_TRAITS + 90));

  it('is bounded per source, by a choice that no order changes, and what found no room is told', () => {
    expect(fold([a, b])).toEqual(fold([b, a]));
    expect(mergeTraits(fold([a]), fold([b]))).toEqual(fold([b, a]));
    expect(Object.keys(fold([a, b]))).toHaveLength(MOST_TRAITS);
    expect(applyTraits(fold([a]), b).refused).toEqual(Object.keys(many(MOST_TRAITS, MOST_TRAITS + 90)));
    expect(applyTraits(fold([a]), b).changed).toHaveLength(10);
  });

  it('tells which names lost their room to one that comes before them', () => {
    const { traits, changed } = applyTraits(fold([a]), set(3, 2, { a: 1 }));
    expect(changed).toEqual(['a', `t${String(MOST_TRAITS - 1).padStart(5, '0')}`]);
    expect(Object.keys(traits)).toHaveLength(MOST_TRAITS);
  });

  it('of one source leaves the others their room', () =>
    expect(readTraits(fold([a, b, set(1, 3, { zone: 'FR' })]), sources)).toMatchObject({ zone: 'FR' }));
});

describe('mailAddress', () => {
  it('is the resolved address among trusted sources', () => {
    const traits = fold([set(3, 9, { email: 'evil@x.fr' }), set(2, 1, { email: 'Ana@X.fr' })]);
    expect(mailAddress(traits, sources)).toEqual({ address: 'ana@x.fr', domain: 'x.fr' });
    expect(mailAddress(fold([set(1, 1, { email: 'crm@x.fr' })], traits), sources)?.address).toBe('crm@x.fr');
  });

  it('is none when only others know one, or when it is no address', () => {
    expect(mailAddress({}, sources)).toBeUndefined();
    expect(mailAddress(fold([set(3, 9, { email: 'evil@x.fr' })]), sources)).toBeUndefined();
    expect(mailAddress(fold([set(1, 1, { email: 'a@x.fr, b@x.fr' })]), sources)).toBeUndefined();
    expect(mailAddress(fold([set(9, 1, { email: 'a@x.fr' })]), sources)).toBeUndefined();
  });
});
