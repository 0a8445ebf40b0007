import { toIso } from '@entente/kernel';
import fc from 'fast-check';
import { checkItem, type Envelope } from './check-item';
import { readFact, recordOf } from './record';

const receivedAt = Date.UTC(2026, 10, 23, 12);
const envelope: Envelope = { source: 7, receivedAt, newId: () => 'new-id' };
const track = { type: 'track', userId: 'u1', event: 'Order Completed', messageId: 'm1' };

const check = (item: unknown, more: Partial<Envelope> = {}) => checkItem(item, { ...envelope, ...more });
const factOf = (item: unknown, more?: Partial<Envelope>) => {
  const checked = check(item, more);
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
  return JSON.parse(JSON.stringify(checked.fact)) as Record<string, unknown>;
};
const problemsOf = (item: unknown, more?: Partial<Envelope>) => {
  const checked = check(item, more);
  return 'problems' in checked ? checked.problems.map(({ path, code }) => `${path} ${code}`) : [];
};

describe('checkItem takes each call of the spec', () => {
  it.each([
    [
      { ...track, properties: { total: 9.5 } },
      { type: 'track', name: 'Order Completed', properties: { total: 9.5 } },
    ],
    [
      { type: 'identify', userId: 42, traits: { email: 'a@x.fr' } },
      { userId: '42', traits: { email: 'a@x.fr' } },
    ],
    [
      { type: 'page', anonymousId: 'a1', name: 'Home', category: 'Docs', properties: { url: '/' } },
      { anonymousId: 'a1', name: 'Home', properties: { category: 'Docs', url: '/' } },
    ],
    [
      { type: 'screen', userId: 'u1', name: 'Start' },
      { type: 'screen', name: 'Start' },
    ],
    [
      { type: 'group', userId: 'u1', groupId: 5, traits: { plan: 'pro' } },
      { groupId: '5', traits: { plan: 'pro' } },
    ],
    [
      { type: 'alias', userId: 'u1', previousId: 'a1' },
      { userId: 'u1', previousId: 'a1' },
    ],
  ])('%j', (item, expected) => expect(factOf(item)).toMatchObject({ v: 1, source: 7, ...expected }));

  it('takes the type from the address', () => {
    expect(factOf({ ...track, type: undefined }, { type: 'track' }).type).toBe('track');
    expect(problemsOf(track, { type: 'identify' })).toEqual(['type type']);
    expect(problemsOf({ ...track, type: 'toString' })).toEqual(['type type']);
  });

  it('takes null for absent, and drops fields that are not of the spec', () =>
    expect(
      factOf({ ...track, anonymousId: null, context: null, tenantId: 1, source: 1, v: 9, contact: ['id:1'] }),
    ).toEqual({
      ...{ v: 1, type: 'track', source: 7, messageId: 'm1', userId: 'u1', name: 'Order Completed' },
      timestamp: receivedAt,
    }));

  it('gives an event without messageId a new one', () => {
    expect(factOf({ ...track, messageId: undefined }).messageId).toBe('new-id');
    expect(factOf({ ...track, messageId: '' }).messageId).toBe('new-id');
  });

  it('lets a batch say the context for all, and the item its own', () =>
    expect(
      factOf({ ...track, context: { ip: '1' } }, { defaults: { context: { ip: '0', app: 'x' } } }).context,
    ).toEqual({ ip: '1', app: 'x' }));

  it('keeps what it took through the stream', () =>
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const checked = check({ ...track, properties: { value: value as never } });
        if ('fact' in checked)
          expect(readFact(recordOf(checked.fact).value)).toEqual(JSON.parse(JSON.stringify(checked.fact)));
      }),
    ));
});

describe('checkItem refuses', () => {
  it.each([null, [], 'x', 5, undefined])('E01 %j', (item) => expect(problemsOf(item)).toEqual([' type']));

  it.each([
    ...[
      'null',
      'undefined',
      '',
      ' ',
      'none',
      'NaN',
      '0',
      'unknown',
      'Anonymous',
      'GUEST',
      '[object Object]',
      'true',
    ],
    ...[0, -1],
  ])('%j as an identity', (id) => {
    expect(problemsOf({ ...track, userId: id })).toEqual(['userId nobody']);
    expect(problemsOf({ ...track, userId: undefined, anonymousId: id })).toEqual(['anonymousId nobody']);
    expect(problemsOf({ type: 'alias', userId: 'u1', previousId: id || 'null' })).toEqual([
      'previousId nobody',
    ]);
  });

  it.each([[{}], [[]], [true], [1.5], [2 ** 53], ['x'.repeat(201)], ['a\0b'], ['\ud800']])(
    'an id %j',
    (id) => {
      expect(problemsOf({ ...track, userId: id })).toHaveLength(1);
      expect(problemsOf({ ...track, messageId: id })).toHaveLength(1);
    },
  );

  it.each([
    [{ ...track, userId: undefined }, ['userId missing']],
    [{ ...track, event: undefined }, ['event missing']],
    [{ ...track, event: '  ' }, ['event missing']],
    [{ ...track, event: 5 }, ['event type']],
    [{ ...track, event: 'x'.repeat(10_000) }, ['event length']],
    [{ ...track, event: 'a\0' }, ['event text']],
    [{ ...track, properties: [] }, ['properties type']],
    [{ ...track, properties: { email: ['a@x.fr'] } }, ['properties.email type']],
    [{ type: 'identify', userId: 'u', traits: { email: 5 } }, ['traits.email type']],
    [{ type: 'group', userId: 'u' }, ['groupId missing']],
    [{ type: 'group', userId: 'u', groupId: '' }, ['groupId missing']],
    [{ type: 'group', userId: 'u', groupId: 'undefined' }, ['groupId nobody']],
    [{ type: 'alias', previousId: '' }, ['userId missing', 'previousId missing']],
    [{ ...track, type: 'delete' }, ['type type']],
    [{ ...track, context: 'x', timestamp: 5, userId: {} }, ['userId type', 'context type', 'timestamp time']],
  ])('and says where: %.80j', (item, problems) =>
    expect(problemsOf(item).sort()).toEqual([...problems].sort()),
  );

  it.each(['__proto__', 'constructor', 'prototype'])('E09 the key %s, at any depth', (key) => {
    const traits = JSON.parse(`{"a":[{"${key}":{"admin":true}}],"${key}":1}`) as object;
    expect(problemsOf({ type: 'identify', userId: 'u', traits })).toEqual([
      `traits.a[0].${key} key`,
      `traits.${key} key`,
    ]);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });

  it.each([2 ** 53, -(2 ** 53), 1e308, Infinity, NaN])('E12 the number %d', (total) =>
    expect(problemsOf({ ...track, properties: { total } })).toEqual(['properties.total number']),
  );

  it.each(['a\0b', '\ud800', 'x\udc00y'])('E07 E08 the text %j', (text) => {
    expect(problemsOf({ ...track, properties: { a: { b: [text] } } })).toEqual(['properties.a.b[0] text']);
    expect(problemsOf({ ...track, properties: { [text]: 1 } })[0]).toMatch(/^properties\..* key$/);
  });

  it('keeps emoji, right-to-left marks and SQL as they are', () => {
    const event = "😀\u202e ../ '; DROP TABLE event -- %00";
    expect(factOf({ ...track, event }).name).toBe(event);
  });

  it('what is too large, too deep or has too many keys', () => {
    expect(problemsOf({ ...track, properties: { text: 'x'.repeat(33_000) } })).toEqual([' size']);
    expect(problemsOf({ ...track, properties: { text: 'é'.repeat(20_000) } })).toEqual([' size']);
    expect(problemsOf({ ...track, properties: { text: 'x'.repeat(32_000) } })).toEqual([]);
    expect(
      problemsOf({
        ...track,
        properties: Object.fromEntries(Array.from({ length: 2_001 }, (_, i) => [`k${i}`, 1])),
      }),
    ).toEqual([' keys']);
    const deep = JSON.parse(`${'{"a":'.repeat(21)}1${'}'.repeat(21)}`) as object;
    expect(problemsOf({ ...track, properties: deep })[0]).toMatch(/ depth$/);
  });

  it('never throws, whatever comes', () =>
    fc.assert(fc.property(fc.anything({ withNullPrototype: true }), (item) => void check(item))));
});

describe('the time of an item', () => {
  const at = (timestamp: unknown, sentAt?: unknown, more?: Partial<Envelope>) =>
    toIso(factOf({ ...track, timestamp, sentAt }, more).timestamp as number);

  it('is the timestamp, or the arrival when there is none', () => {
    expect(at('2026-11-20T08:00:00+02:00')).toBe('2026-11-20T06:00:00.000Z');
    expect(at(undefined)).toBe(toIso(receivedAt));
  });

  it('is corrected by the skew of the clock that set both times', () => {
    expect(at('2026-11-23T11:00:00Z', '2026-11-23T11:30:00Z')).toBe('2026-11-23T11:30:00.000Z');
    expect(at('2027-01-01T00:00:00Z', '2027-01-01T00:10:00Z')).toBe('2026-11-23T11:50:00.000Z');
    expect(at('1970-01-01T00:00:00Z', '1970-01-01T00:10:00Z')).toBe('2026-11-23T11:50:00.000Z');
    expect(at('2026-11-23T11:00:00Z', undefined, { sentAt: Date.UTC(2026, 10, 23, 11, 30) })).toBe(
      '2026-11-23T11:30:00.000Z',
    );
  });

  it('is not corrected by a sentAt that another clock set, or that is none', () => {
    expect(at('2026-11-22T00:00:00Z', '1970-01-01T00:00:00Z')).toBe('2026-11-22T00:00:00.000Z');
    expect(at('2026-11-22T00:00:00Z', 1_700_000_000)).toBe('2026-11-22T00:00:00.000Z');
  });

  it('may lie in the future', () => expect(at('2036-11-23T00:00:00Z')).toBe('2036-11-23T00:00:00.000Z'));

  it.each([
    ...['2026-02-30T00:00:00Z', '2026-13-01T00:00:00Z', '0000-01-01T00:00:00Z', '+275760-09-13T00:00:00Z'],
    ...['2026-02-01T00:00:00+24:00', '2026-02-01T00:00:00-23:60', '2026-02-01T00:00:00+99:99'],
    ...[
      1_763_900_000_000,
      1_763_900_000,
      '1763900000000',
      '1970-01-20T00:00:00Z',
      '2026-11-23',
      '2026-11-23T10:00:00',
    ],
    ...['', 'yesterday', {}, true],
  ])('E13 is not %j', (timestamp) => expect(problemsOf({ ...track, timestamp })).toEqual(['timestamp time']));
});
