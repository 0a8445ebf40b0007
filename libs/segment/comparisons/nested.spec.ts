import type { Json } from '@entente/kernel';
import { Findings } from '../findings';
import { dependenceOf, parseComparison, passes, turnOf, type Comparison } from './comparison';

const now = Date.UTC(2026, 10, 24, 12);
const read = (raw: unknown): Comparison => parseComparison(raw, 'p', new Findings())!;
const contextOf = (traits: { readonly [name: string]: Json }) => ({ now, zone: 'UTC', traits });
const holds = (raw: unknown, value: Json | undefined, traits = {}): boolean =>
  passes(read(raw), value, contextOf(traits));
const problemsOf = (raw: unknown): string[] => {
  const findings = new Findings();
  parseComparison(raw, 'p', findings);
  return findings.problems.map(({ path, code }) => `${path} ${code}`);
};

describe('some', () => {
  const pets: Json = [
    { kind: 'dog', age: 1, vet: { city: 'Lyon' } },
    { kind: 'cat', age: 9 },
  ];

  it.each<[object, boolean]>([
    [{ kind: 'dog' }, true],
    [{ kind: 'bird' }, false],
    [{ kind: 'dog', age: { lt: 2 } }, true],
    [{ kind: 'dog', age: { gte: 2 } }, false],
    [{ kind: 'cat', age: { gte: 2 } }, true],
    [{ 'vet.city': { startsWith: 'ly' } }, true],
    [{ vet: { exists: false }, kind: { ne: 'dog' } }, true],
    [{ colour: { exists: true } }, false],
  ])('%j asks for one object that passes everything: %j', (some, expected) =>
    expect(holds({ some }, pets)).toBe(expected),
  );

  it.each<Json | undefined>([undefined, null, {}, { kind: 'dog' }, 'dog', [], ['dog'], [['dog']], [null]])(
    'of %j there is none',
    (value) => expect(holds({ some: { kind: 'dog' } }, value)).toBe(false),
  );

  it('stands beside other operators of the list', () => {
    expect(holds({ size: 2, some: { kind: 'dog' } }, pets)).toBe(true);
    expect(holds({ size: 3, some: { kind: 'dog' } }, pets)).toBe(false);
  });

  it('moves where a comparison inside does, and then only', () => {
    expect(dependenceOf(read({ some: { kind: 'dog' } }))).toMatchObject({ onTime: false, onTraits: [] });
    const own = read({ some: { age: { gt: { trait: 'age' } } } });
    expect(dependenceOf(own)).toMatchObject({ onTime: false, onTraits: ['age'] });
    expect(holds(own, pets, { age: 5 })).toBe(true);
    expect(holds(own, pets, { age: 10 })).toBe(false);
    const due = read({ some: { due: { withinLast: 'P1D' } } });
    expect(dependenceOf(due)).toMatchObject({ onTime: true, onTraits: ['timezone'] });
    const dues = [{ due: '2026-11-24T00:00:00Z' }, { due: '2026-11-24T18:00:00Z' }, { due: 'never' }];
    expect(turnOf(due)(dues, contextOf({}))).toBe(Date.UTC(2026, 10, 24, 18));
  });

  it('has one form', () =>
    expect(read({ some: { b: { contains: 'X' }, a: 1 } })).toEqual({
      some: { a: { eq: 1 }, b: { contains: 'x' } },
    }));

  it.each<[unknown, string]>([
    ['dog', 'p.some filter'],
    [{}, 'p.some filter'],
    [{ 'a..b': 1 }, 'p.some["a..b"] path'],
    [{ a: {} }, 'p.some.a no-comparison'],
    [{ a: { above: 1 } }, 'p.some.a.above unknown-operator'],
    [{ a: { some: { b: { some: { c: 1 } } } } }, 'p.some.a.some.b.some unknown-operator'],
    [{ $at: { weekday: 'sunday' } }, 'p.some.$at path'],
    [{ 'toys[].name': 'ball' }, 'p.some["toys[].name"] path'],
    [{ a: null }, 'p.some.a comparison'],
    [{ a: { gt: 'x' } }, 'p.some.a.gt operand'],
  ])('refuses %j', (some, expected) => expect(problemsOf({ some })).toEqual([expected]));
});

describe('isNot', () => {
  it.each<[object | string, Json | undefined, boolean]>([
    [{ contains: '/help' }, 'https://shop.example/help', false],
    [{ contains: '/help' }, 'https://shop.example/cart', true],
    [{ contains: ['/help', '/cart'] }, 'https://shop.example/cart', false],
    [{ gte: 10, lt: 20 }, 25, true],
    [{ gte: 10, lt: 20 }, 15, false],
    ['gold', 'gold', false],
    ['gold', undefined, true],
    ['gold', 7, true],
    [{ some: { a: 1 } }, [{ a: 2 }], true],
    [{ some: { a: 1 } }, [{ a: 1 }], false],
  ])('%j of %j: %j', (isNot, value, expected) => expect(holds({ isNot }, value)).toBe(expected));

  it('stands beside other operators, and inside of lists of lists', () => {
    expect(holds({ startsWith: 'https', isNot: { contains: 'help' } }, 'https://a.example')).toBe(true);
    const pets = [{ toys: [{ name: 'ball' }] }, { toys: [{ name: 'rope', colour: 'red' }] }];
    const rope = { name: 'rope', colour: { isNot: 'red' } };
    expect(holds({ some: { toys: { some: { name: 'ball' } } } }, pets)).toBe(true);
    expect(holds({ some: { toys: { some: rope } } }, pets)).toBe(false);
    expect(holds({ some: { toys: { isNot: { some: { name: 'ball' } } } } }, pets)).toBe(true);
  });

  it('moves as what it is not does', () => {
    const due = read({ isNot: { withinLast: 'P1D' } });
    expect(dependenceOf(due)).toMatchObject({ onTime: true, onTraits: ['timezone'] });
    expect(turnOf(due)('2026-11-24T00:00:00Z', contextOf({}))).toBe(Date.UTC(2026, 10, 25));
    expect(dependenceOf(read({ isNot: { gt: 5 } }))).toMatchObject({ onTime: false, onTraits: [] });
  });

  it.each<[unknown, string]>([
    [{}, 'p.isNot no-comparison'],
    [{ isNot: 'a' }, 'p.isNot.isNot unknown-operator'],
    [['a', 'b'], 'p.isNot comparison'],
  ])('refuses %j', (isNot, expected) => expect(problemsOf({ isNot })).toEqual([expected]));
});

describe('near', () => {
  const paris = { latitude: 48.8566, longitude: 2.3522 };

  it.each<[string, Json, number]>([
    ['Lille', { latitude: 50.6292, longitude: 3.0573 }, 204],
    ['Lyon', { lat: 45.764, lng: 4.8357 }, 392],
    ['New York', { lat: 40.7128, lon: -74.006 }, 5_837],
    ['Fiji, across the line of the date', { lat: -17.7134, lng: 178.065 }, 16_531],
  ])('%s is as far as maps say', (_, place, km) => {
    expect(holds({ near: { ...paris, km: km * 1.005 } }, place)).toBe(true);
    expect(holds({ near: { ...paris, km: km * 0.995 } }, place)).toBe(false);
  });

  it('takes the shorter way around', () => {
    const east = { latitude: 0, longitude: 179.9, km: 23 };
    expect(holds({ near: east }, { latitude: 0, longitude: -179.9 })).toBe(true);
    expect(holds({ near: { latitude: 90, longitude: 0, km: 1 } }, { latitude: 90, longitude: 77 })).toBe(
      true,
    );
    expect(holds({ near: { latitude: 0, longitude: 0, km: 20_015 } }, { latitude: 0, longitude: 180 })).toBe(
      false,
    );
  });

  it.each<Json | undefined>([
    undefined,
    'Paris',
    [48.8566, 2.3522],
    { latitude: '48.8566', longitude: '2.3522' },
    { latitude: 48.8566 },
    { latitude: 148.8566, longitude: 2.3522 },
  ])('%j is no place', (value) => expect(holds({ near: { ...paris, km: 20_016 } }, value)).toBe(false));

  it.each<[unknown]>([
    [paris],
    [{ ...paris, km: 0 }],
    [{ ...paris, km: 20_017 }],
    [{ latitude: 91, longitude: 0, km: 1 }],
    [{ latitude: 0, longitude: '0', km: 1 }],
    [[48.8566, 2.3522, 1]],
  ])('refuses %j', (near) => expect(problemsOf({ near })).toEqual(['p.near operand']));

  it('names the fields that it does not know', () =>
    expect(problemsOf({ near: { lat: 48.9, lng: 2.4, km: 1 } })).toEqual([
      'p.near.lat unknown-field',
      'p.near.lng unknown-field',
    ]));
});

describe('another field', () => {
  const lines: Json = [
    { price: 10, usual: 10, from: { at: '2026-11-01' }, to: '2026-11-08' },
    { price: 8, usual: 10 },
  ];

  it('is of the same object', () => {
    expect(holds({ some: { price: { lt: { property: 'usual' } } } }, lines)).toBe(true);
    expect(holds({ some: { price: { gt: { property: 'usual' } } } }, lines)).toBe(false);
    expect(holds({ objects: { where: { price: { eq: { property: 'usual' } } }, eq: 1 } }, lines)).toBe(true);
    expect(holds({ some: { price: { isNot: { eq: { property: 'none' } } } } }, lines)).toBe(true);
    const week = { property: 'from.at', plus: 'P7D' };
    expect(holds({ some: { to: { after: week } } }, lines)).toBe(true);
    expect(holds({ some: { to: { before: week } } }, lines)).toBe(false);
  });

  it('moves nothing', () =>
    expect(dependenceOf(read({ some: { price: { lt: { property: 'usual' } } } }))).toEqual({
      onTime: false,
      onTraits: [],
      beside: [],
    }));

  it.each<[unknown, string[]]>([
    [{ eq: { property: 5 } }, ['p.eq.property path']],
    [{ eq: { property: '$at' } }, ['p.eq.property path']],
    [{ eq: { property: 'a', trait: 'b' } }, ['p.eq.property unknown-field']],
    [{ contains: { property: 'a' } }, ['p.contains operand']],
  ])('%j is refused: %j', (raw, problems) => expect(problemsOf(raw)).toEqual(problems));
});

describe('has', () => {
  it.each<[unknown, Json | undefined, boolean]>([
    [{ startsWith: 'vip-' }, ['a', 'VIP-1'], true],
    [{ startsWith: 'vip-', endsWith: '2' }, ['vip-1', 'b-2'], false],
    [{ startsWith: 'vip-', isNot: { endsWith: '1' } }, ['vip-1', 'vip-2'], true],
    [{ gt: 5 }, [1, '7', 6], true],
    [{ gt: 5 }, [1, '7'], false],
    ['a', ['b', 'a'], true],
    [{ startsWith: 'vip-' }, 'vip-1', false],
    [{ startsWith: 'vip-' }, undefined, false],
    [{ isNot: 'a' }, [], false],
  ])('%j of %j: %j', (has, value, expected) => expect(holds({ has }, value)).toBe(expected));

  it('moves where the comparison does', () => {
    const due = read({ has: { withinLast: 'P1D' } });
    const dues = ['2026-11-24T18:00:00Z', 'never', '2026-11-25T00:00:00Z'];
    expect(dependenceOf(due)).toMatchObject({ onTime: true });
    expect(passes(due, dues, contextOf({}))).toBe(false);
    expect(turnOf(due)(dues, contextOf({}))).toBe(Date.UTC(2026, 10, 24, 18));
  });

  it.each<[unknown, string[]]>([
    [['a'], ['p.has comparison']],
    [{ is: 'a' }, ['p.has.is unknown-operator']],
    [{ has: 'a' }, ['p.has.has unknown-operator']],
    [{ gt: 5, lt: 2 }, ['p.has constant']],
  ])('%j is refused: %j', (has, problems) => expect(problemsOf({ has })).toEqual(problems));
});

describe('objects', () => {
  const pets: Json = [{ kind: 'dog', age: 1 }, { kind: 'dog', age: 9 }, { kind: 'cat' }, 'dog', null];

  it.each<[object, boolean]>([
    [{ where: { kind: 'dog' }, gte: 2 }, true],
    [{ where: { kind: 'dog' }, gte: 3 }, false],
    [{ where: { kind: 'dog', age: { gt: 1 } }, eq: 1 }, true],
    [{ where: { kind: 'bird' }, eq: 0 }, true],
    [{ where: { kind: 'dog' }, gte: 1, lt: 2 }, false],
  ])('%j is asked of those that pass: %j', (objects, expected) => {
    expect(holds({ objects }, pets)).toBe(expected);
    expect(holds({ some: { in: { objects } } }, [{ in: pets }])).toBe(expected);
  });

  it.each<Json | undefined>([undefined, null, {}, 'dog', 0])(
    '%j is no list, and has not even none',
    (value) => expect(holds({ objects: { where: { kind: 'dog' }, eq: 0 } }, value)).toBe(false),
  );

  it('moves where a comparison inside does', () => {
    const due = read({ objects: { where: { due: { withinLast: 'P1D' } }, gte: 2 } });
    const dues = [{ due: '2026-11-24T00:00:00Z' }, { due: '2026-11-24T18:00:00Z' }, { due: 'never' }];
    expect(dependenceOf(due)).toMatchObject({ onTime: true, onTraits: ['timezone'] });
    expect(passes(due, dues, contextOf({}))).toBe(false);
    const turn = turnOf(due)(dues, contextOf({}))!;
    expect(turn).toBe(Date.UTC(2026, 10, 24, 18));
    expect(passes(due, dues, { ...contextOf({}), now: turn })).toBe(true);
  });

  it.each<[unknown, string[]]>([
    [3, ['p.objects operand']],
    [{ gte: 2 }, ['p.objects operand']],
    [{ where: {}, gte: 2 }, ['p.objects.where filter']],
    [{ where: { kind: 'dog' } }, ['p.objects no-comparison']],
    [{ where: { kind: 'dog' }, gte: 1, eq: 2, lt: 3 }, []],
    [{ where: { kind: 'dog' }, gte: 0 }, ['p.objects constant']],
    [{ where: { kind: 'dog' }, gte: 1.5 }, ['p.objects.gte count']],
    [
      { where: { kind: { is: 'dog' } }, least: 2 },
      ['p.objects.where.kind.is unknown-operator', 'p.objects.least unknown-operator'],
    ],
  ])('%j is refused: %j', (objects, problems) => expect(problemsOf({ objects })).toEqual(problems));
});
