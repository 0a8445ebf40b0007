import fc from 'fast-check';
import { MOST_CLAIMS, MOST_KEYS, resolveIdentities, type IdentityLink } from './resolve-identities';

const link = (a: string, b: string, at: number, kind: IdentityLink['kind'] = 'claim'): IdentityLink => ({
  ...{ a, b, at, kind },
  message: `m${at}`,
});
const roots = (...links: IdentityLink[]) => Object.fromEntries(resolveIdentities(links));

const anyKey = fc.constantFrom(
  ...[
    'user:1',
    'user:2',
    'user:3',
    'crm:1',
    'email:a@x.fr',
    'email:b@x.fr',
    'phone:+331',
    'anonymous:a',
    'anonymous:b',
  ],
);
const anyLink = fc.record({
  a: anyKey,
  b: anyKey,
  kind: fc.constantFrom('claim', 'claim', 'claim', 'alias', 'apart'),
  at: fc.integer({ min: 0, max: 5 }),
  message: fc.constantFrom('m1', 'm2', 'm3'),
});

describe('resolveIdentities', () => {
  it('invariant 1: gives the same whatever the order and direction of the links', () =>
    fc.assert(
      fc.property(
        fc
          .array(anyLink, { maxLength: 20 })
          .chain((all) =>
            fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.boolean()),
          ),
        ([all, shuffled, turned]) => {
          const other = shuffled.map((one) => (turned ? { ...one, a: one.b, b: one.a } : one));
          expect([...resolveIdentities([...other, ...all])]).toEqual([...resolveIdentities(all)]);
        },
      ),
    ));

  it('invariant 2: never joins two users by claims', () =>
    fc.assert(
      fc.property(fc.array(anyLink, { maxLength: 30 }), (links) => {
        const resolved = resolveIdentities(links.map((one) => ({ ...one, kind: 'claim' as const })));
        for (const [key, root] of resolved) if (key.startsWith('user:')) expect(root).toBe(key);
      }),
    ));

  it('gives a device to the user of its earliest link in event order', () => {
    expect(roots(link('user:2', 'anonymous:d', 5), link('user:1', 'anonymous:d', 3))).toEqual({
      'user:1': 'user:1',
      'user:2': 'user:2',
      'anonymous:d': 'user:1',
    });
  });

  it('joins two users by an alias', () => {
    const claims = [link('user:1', 'anonymous:a', 1), link('user:2', 'anonymous:b', 2)];
    expect(roots(...claims, link('user:1', 'user:2', 9, 'alias'))).toMatchObject({
      ...{ 'user:1': 'user:1', 'user:2': 'user:1', 'anonymous:b': 'user:1' },
    });
    expect(roots(...claims, link('user:1', 'user:2', 9))).toMatchObject({ 'user:2': 'user:2' });
  });

  it('invariant 3: keeps two keys apart that were told apart, until a later alias', () => {
    const shared = [link('user:1', 'email:a@x.fr', 1), link('crm:7', 'email:a@x.fr', 2)];
    const apart = link('crm:7', 'user:1', 5, 'apart');
    expect(roots(...shared)).toMatchObject({ 'crm:7': 'user:1', 'email:a@x.fr': 'user:1' });
    expect(roots(...shared, apart)).toMatchObject({ 'crm:7': 'crm:7', 'email:a@x.fr': 'user:1' });
    expect(roots(...shared, apart, link('user:1', 'crm:7', 4, 'alias'))).toMatchObject({ 'crm:7': 'crm:7' });
    expect(roots(...shared, apart, link('user:1', 'crm:7', 6, 'alias'))).toMatchObject({ 'crm:7': 'user:1' });
  });

  it('takes the strongest key as root: user, other ids, email, phone, anonymous', () => {
    const chain = ['anonymous:a', 'phone:+331', 'email:a@x.fr', 'crm:9', 'user:z'];
    chain.slice(1).forEach((strong, i) => {
      const links = chain.slice(0, i + 1).map((weak, at) => link(weak, strong, at));
      expect(new Set(resolveIdentities(links).values())).toEqual(new Set([strong]));
    });
  });

  it('breaks ties by the earliest link, then by text', () => {
    expect(roots(link('email:b@x.fr', 'phone:+1', 1), link('email:a@x.fr', 'phone:+1', 2))['phone:+1']).toBe(
      'email:b@x.fr',
    );
    expect(roots(link('email:b@x.fr', 'email:a@x.fr', 1))['email:b@x.fr']).toBe('email:a@x.fr');
  });

  it('invariant 4: ignores links that would make a person of too many keys', () => {
    const links = Array.from({ length: 1_000 }, (_, i) => link('email:info@x.fr', `crm:${i}`, i));
    const sizes = new Map<string, number>();
    for (const root of resolveIdentities(links).values()) sizes.set(root, (sizes.get(root) ?? 0) + 1);
    expect(Math.max(...sizes.values())).toBe(MOST_KEYS);
    expect(sizes.get('crm:0')).toBe(MOST_KEYS);
    expect(sizes.get('crm:999')).toBe(1);
  });

  it('invariant 5: counts the earliest claims of a shared key, and of both keys', () => {
    const kiosk = Array.from({ length: 1_000 }, (_, i) => link(`user:${i}`, 'anonymous:kiosk', 5_000 - i));
    expect(roots(...kiosk)['anonymous:kiosk']).toBe('user:999');
    const devices = Array.from({ length: 1_000 }, (_, i) => link('user:guest', `anonymous:${i}`, i));
    expect(Object.values(roots(...devices)).filter((root) => root === 'user:guest')).toHaveLength(MOST_KEYS);
    const late = link('user:1', `anonymous:${MOST_CLAIMS}`, 9_000);
    expect(roots(...devices, late)[late.b]).toBe('user:1');
  });

  it('resolves many links in little time', () => {
    const links = Array.from({ length: 20_000 }, (_, i) =>
      link(`user:${i % 500}`, `anonymous:${i % 7_000}`, i),
    );
    const start = process.cpuUsage();
    expect(resolveIdentities(links).size).toBe(7_500);
    expect(process.cpuUsage(start).user / 1_000).toBeLessThan(1_000);
  });
});
