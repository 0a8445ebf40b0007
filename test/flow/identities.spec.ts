import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { keysOf, recordOf, type Fact, type IdentityKey } from '@entente/event';
import { DAY, HOUR, SECOND } from '@entente/kernel';
import { MOST_CLAIMS, resolveIdentities, type IdentityLink } from '@entente/profile';
import { decodeState, encodeState } from '@entente/segment';
import { findContact, resolveKeys, type Database } from '@entente/storage';
import { linksOf, readArrivals } from '../../apps/engine/arrivals';
import { takeIdentityChanges } from '../../apps/engine/identities';
import { pairOf, supersedes } from '../../apps/engine/identity-graph';
import { repairContacts } from '../../apps/engine/jobs/repair-contacts';
import { Author } from '../support/author';
import { driftOfContacts } from '../support/contact-drift';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

const start = Date.UTC(2026, 0, 5, 9);
const runs = Number(process.env.ENTENTE_EXACTNESS_RUNS ?? 40);

let held: TestDatabase;
let database: Database;
let world: EngineWorld;
let web: number;
let server: number;
let count = 0;

beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
  world = new EngineWorld(database, start);
  const author = new Author(database);
  web = await author.source('web', false);
  server = await author.source('server', true, 50);
  await author.segment('buyers', { event: 'Order Completed' });
  await world.passTo(start);
  await world.work();
});

afterEach(async () => {
  const drift = await database.query(driftOfContacts);
  await held.close();
  expect(drift).toEqual([]);
});

const fact = (fields: Partial<Fact>): Fact => ({
  v: 1,
  type: 'identify',
  source: web,
  messageId: `m${(count += 1)}`,
  timestamp: world.clock.now(),
  ...fields,
});

const contactOf = (key: IdentityKey) => findContact(database, key);

const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / SECOND;
};

const read = async (facts: readonly Fact[], batch = 1_000): Promise<void> => {
  await world.arrive(...facts);
  await world.readAll(batch);
};

/** Of each pair the earliest claim, and the last word of every other kind. */
function lastWords(links: readonly IdentityLink[]): IdentityLink[] {
  const last = new Map<string, IdentityLink>();
  for (const link of links) if (supersedes(link, last.get(pairOf(link)))) last.set(pairOf(link), link);
  return [...last.values()];
}

/** Everybody whom facts of a trusted source name is who the definition says, and nobody else. */
async function expectDefinition(facts: readonly Fact[]): Promise<void> {
  const at = world.clock.now();
  const links = facts.flatMap((one) => linksOf({ position: 0n, at, fact: one, ...keysOf(one, true) }));
  const roots = new Map<string, IdentityKey>();
  for (const [key, root] of resolveIdentities(lastWords(links))) {
    const is = (await contactOf(key))!;
    expect({ key, is }).toEqual({ key, is: await contactOf(root) });
    expect({ key, of: roots.get(is) ?? root }).toEqual({ key, of: root });
    roots.set(is, root);
  }
}

describe('a device that many share', () => {
  const onKiosk = (users: number, back: (user: number) => number) =>
    Array.from({ length: users }, (_, user) =>
      fact({ userId: `${user}`, anonymousId: 'kiosk', timestamp: start - back(user) }),
    );

  it('costs no more than others do, and belongs to its first user', async () => {
    const seconds = await secondsOf(() => read(onKiosk(2_000, (user) => DAY - user)));
    expect(seconds).toBeLessThan(10);
    expect(await contactOf('anonymous:kiosk')).toBe(await contactOf('user:0'));
    await read([fact({ userId: 'warm', anonymousId: 'kiosk' })]);
    expect(await secondsOf(() => read([fact({ userId: 'late', anonymousId: 'kiosk' })]))).toBeLessThan(1);
    expect(
      await secondsOf(() =>
        read([fact({ userId: 'early', anonymousId: 'kiosk', timestamp: start - 2 * DAY })]),
      ),
    ).toBeLessThan(2);
    expect(await contactOf('anonymous:kiosk')).toBe(await contactOf('user:early'));
    expect(await contactOf('user:late')).not.toBe(await contactOf('user:early'));
  }, 60_000);

  it('belongs to the same user when the last comes first', async () => {
    expect(await secondsOf(() => read(onKiosk(500, (user) => DAY + user)))).toBeLessThan(10);
    expect(await contactOf('anonymous:kiosk')).toBe(await contactOf('user:499'));
  }, 60_000);

  it('equals the definition in whatever order its users come', async () => {
    const visits = Array.from({ length: 1_000 }, (_, i) => {
      const timestamp = start - DAY + ((i * 7_919) % 1_000);
      const [person, kiosk] = [(i >> 1) % 250, i < 500 ? 'one' : 'two'];
      if (i % 2 === 0) return fact({ userId: `${person}`, anonymousId: kiosk, source: server, timestamp });
      const contact = [`crm:${person}`, `phone:${person}`, `email:${kiosk}@x.fr`];
      return fact({ type: 'track', name: 'Seen', source: server, timestamp, contact });
    });
    await read(visits, 120);
    await expectDefinition(visits);
  }, 120_000);

  it('loads nothing of those who share it', async () => {
    await read(onKiosk(50, (user) => DAY - user));
    await database.run(`UPDATE contact SET version = 1000`);
    await read([fact({ userId: 'new', anonymousId: 'kiosk' })]);
    expect(await database.query('SELECT 1 FROM contact WHERE version > 1000')).toEqual([]);
  });

  it('lets an address go that is claimed earlier by more than can count', async () => {
    const crm = (id: number, at: number) =>
      fact({
        type: 'track',
        name: 'Seen',
        source: server,
        contact: [`crm:${id}`, 'email:info@x.fr'],
        timestamp: at,
      });
    await read([crm(0, start)]);
    expect(await contactOf('email:info@x.fr')).toBe(await contactOf('crm:0'));
    await read(Array.from({ length: MOST_CLAIMS }, (_, i) => crm(i + 1, start - DAY + i)));
    expect(await contactOf('crm:0')).not.toBe(await contactOf('email:info@x.fr'));
    expect(await contactOf('crm:7')).toBe(await contactOf('email:info@x.fr'));
  }, 60_000);
});

it('does not read the neighbors of neighbors: kiosks whose users go from one to the next', async () => {
  const visits = Array.from({ length: 3_000 }, (_, visit) => {
    const user = Math.floor(visit / 2);
    return fact({
      userId: `${user}`,
      anonymousId: `kiosk-${user + (visit % 2)}`,
      timestamp: start - DAY + visit,
    });
  });
  await read(visits);
  await read([fact({ userId: '750', anonymousId: 'warm' })]);
  expect(await secondsOf(() => read([fact({ userId: '700', anonymousId: 'phone' })]))).toBeLessThan(1);
  expect(await contactOf('anonymous:phone')).toBe(await contactOf('user:700'));
}, 60_000);

it('takes ever earlier claims of one pair in one batch', async () => {
  const claims = Array.from({ length: 500 }, (_, i) =>
    fact({ userId: '1', anonymousId: 'a', timestamp: start - HOUR - i }),
  );
  expect(await secondsOf(() => read(claims))).toBeLessThan(3);
  expect(await database.query('SELECT 1 FROM set_aside')).toEqual([]);
  expect(await database.query('SELECT at FROM identity_link')).toEqual([
    { at: new Date(start - HOUR - 499) },
  ]);
});

describe('a user of ever more devices', () => {
  const claimsOf = (user: string, devices: number, early: (device: number) => number) =>
    Array.from({ length: devices }, (_, device) =>
      fact({
        userId: user,
        anonymousId: `d${device}`,
        timestamp: start - DAY - early(device),
        source: server,
      }),
    );

  it.each([
    ['alone', []],
    ['and of two names', ['together']],
    ['whose name is another user, too, for a while', ['together', 'apart']],
  ])(
    'is who the definition says, %s',
    async (_, told) => {
      const scattered = (device: number) => ((device * 7_919) % 1_000) * SECOND;
      const hub = claimsOf('hub', MOST_CLAIMS + 21, scattered);
      const others = [10, 50, 190].flatMap((device) => [
        fact({ userId: 'before', anonymousId: `d${device}`, timestamp: start - 2 * DAY, source: server }),
        fact({ userId: 'after', anonymousId: `d${device + 1}`, source: server }),
      ]);
      const words = told.map((word, n) =>
        fact({
          type: 'alias',
          contact: ['user:hub', 'user:twin'],
          apart: word === 'apart',
          source: server,
          timestamp: start - HOUR + n,
        }),
      );
      const facts = [
        ...hub.slice(0, 100),
        ...words.slice(0, 1),
        fact({ userId: 'twin', anonymousId: 'd300', timestamp: start - 3 * DAY, source: server }),
        ...hub.slice(100, 150),
        fact({ userId: 'twin', anonymousId: 'd301', timestamp: start - 4 * DAY, source: server }),
        ...words.slice(1),
        ...others,
        ...hub.slice(150),
      ];
      for (const [from, to] of [
        [0, 130],
        [130, 160],
        [160, Infinity],
      ] as const) {
        await read(facts.slice(from, to), 17);
        await expectDefinition(facts.slice(0, to));
      }
    },
    120_000,
  );
});

it('equals the definition where partitions that claim the same devices are read at once', async () => {
  const claims = Array.from({ length: 600 }, (_, i) =>
    fact({
      userId: `${i % 40}`,
      anonymousId: `d${i >> 1}`,
      timestamp: start - DAY + ((i * 7_919) % 600) * SECOND,
      source: server,
    }),
  );
  await world.arrive(...claims);
  const partitions = Array.from({ length: world.log.partitions }, (_, partition) => partition);
  const readAtOnce = async () => {
    const read = await Promise.all(partitions.map((partition) => world.read(partition, 5)));
    return read.some((any) => any);
  };
  while (await readAtOnce());
  expect(await database.query('SELECT 1 FROM set_aside')).toEqual([]);
  await expectDefinition(claims);
}, 60_000);

it('asks only about those whom a claim concerns, however many others are in the batch', async () => {
  const others = Array.from({ length: 50 }, (_, n) => fact({ type: 'track', name: 'Seen', userId: `${n}` }));
  const facts = [...others, fact({ userId: '7', anonymousId: 'phone' })];
  const records = facts.map((one, n) => ({ ...recordOf(one), position: BigInt(n), arrival: start }));
  const { arrivals } = readArrivals(records, await world.engine.definitions.latest());
  const contacts = await resolveKeys(
    database,
    arrivals.flatMap(({ own, claims }) => [own, ...claims]),
  );
  const { survivors } = await database.keyedTransaction((tx) => takeIdentityChanges(tx, arrivals, contacts));
  expect([...survivors.keys()].sort()).toEqual(
    [contacts.get('user:7'), contacts.get('anonymous:phone')].sort(),
  );
});

describe('whoever a device joins', () => {
  const order = (who: Partial<Fact>) => fact({ type: 'track', name: 'Order Completed', ...who });
  const join = () => read([fact({ userId: '1', anonymousId: 'phone' })]);
  const membersOf = async (version: number) => {
    const rows = await database.query<{ contact_id: string }>(
      'SELECT contact_id FROM membership WHERE version_id = $1',
      [version],
    );
    return rows.map((row) => row.contact_id);
  };
  let thrice: number;
  let user: string;

  beforeEach(async () => {
    thrice = await new Author(database).segment('thrice', { event: 'Order Completed', count: { gte: 3 } });
    await read([order({ userId: '1' }), order({ userId: '1' }), order({ anonymousId: 'phone' })]);
    user = (await contactOf('user:1'))!;
  });

  it('takes in what is stored of it, while the own events are not read again', async () => {
    await database.run('DELETE FROM event WHERE contact_id = $1', [user]);
    await join();
    expect(await membersOf(thrice)).toEqual([user]);
  });

  it('loses nothing with a device of which there is no event, and none is read again', async () => {
    await read([fact({ userId: '1', anonymousId: 'tablet', timestamp: start })]);
    await read([order({ userId: '1' })]);
    expect(await membersOf(thrice)).toEqual([user]);
    await database.run('DELETE FROM event WHERE contact_id = $1', [user]);
    await read([fact({ userId: 'earlier', anonymousId: 'tablet', timestamp: start - DAY })]);
    expect(await contactOf('anonymous:tablet')).toBe(await contactOf('user:earlier'));
    expect(await membersOf(thrice)).toEqual([user]);
  });

  it('loses what is stored of a device that leaves', async () => {
    await join();
    expect(await membersOf(thrice)).toEqual([user]);
    await read([fact({ userId: 'earlier', anonymousId: 'phone', timestamp: start - DAY })]);
    expect(await membersOf(thrice)).toEqual([]);
  });

  it('is left to repair where nothing that is kept can be relied on', async () => {
    const [row] = await database.query<{ state: Buffer }>('SELECT state FROM contact WHERE id = $1', [user]);
    const broken = new Map([...decodeState(row!.state).keys()].map((memory) => [memory, 7]));
    const state = encodeState(decodeState(Buffer.alloc(0)).with(broken));
    await database.run(`UPDATE contact SET repair = 'broken', state = $2 WHERE id = $1`, [user, state]);
    await join();
    expect(await database.query('SELECT 1 FROM set_aside')).toEqual([]);
    expect(await contactOf('anonymous:phone')).toBe(user);
    await repairContacts(world.engine);
    expect(await membersOf(thrice)).toEqual([user]);
  });
});

it('begins anew for whoever has become part of somebody else while their row was waited for', async () => {
  const version = await new Author(database).segment('guests', { event: 'Signed Up' });
  await read([fact({ userId: '1' }), fact({ userId: '2' })]);
  const [one, two] = [await contactOf('user:1'), await contactOf('user:2')];
  await world.arrive(fact({ type: 'track', name: 'Signed Up', userId: '2' }));
  let reading: Promise<void> | undefined;
  await database.transaction(async (tx) => {
    await tx.query('SELECT FROM contact WHERE id = $1 FOR UPDATE', [two]);
    await tx.run('INSERT INTO lineage (contact_id, survivor_id, since) VALUES ($1, $2, now())', [two, one]);
    reading = world.readAll();
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    const waits = async () => (await database.query(waiting)).length > 0;
    while (!(await waits())) await sleep(5);
  });
  await reading;
  const rows = await database.query('SELECT contact_id AS id FROM membership WHERE version_id = $1', [
    version,
  ]);
  expect(rows).toEqual([{ id: one }]);
});

it('whoever is part of a person stays so wherever that goes, be it too far away to be looked at', async () => {
  world = new EngineWorld(database, start, 1);
  await world.passTo(start);
  const order = (key: IdentityKey) =>
    fact({ type: 'track', name: 'Order Completed', source: server, contact: [key] });
  const chain = (side: string) =>
    Array.from({ length: 35 }, (_, n): IdentityKey => (n === 0 ? 'email:a@x.fr' : `email:${side}${n}@x.fr`));
  const sides = [chain('m'), chain('z')];
  for (let n = 1; n < 35; n += 1)
    for (const keys of sides)
      await read([
        fact({ source: server, contact: [keys[n - 1]!, keys[n]!], timestamp: start - DAY + n * SECOND }),
      ]);
  const [near, far] = sides.map((keys) => keys.at(-1)!) as [IdentityKey, IdentityKey];
  const before = await contactOf(near);
  expect(await contactOf(far)).toBe(before);
  await read([order(far), fact({ source: server, contact: ['user:7', near] }), order(far)]);
  await read([order(far), order(near)]);
  expect(await contactOf(near)).not.toBe(before);
  expect(await contactOf(far)).toBe(await contactOf(near));
  const chained = 'SELECT FROM lineage AS one JOIN lineage AS other ON other.contact_id = one.survivor_id';
  expect(await database.query(chained)).toEqual([]);
  expect(world.reports).toEqual([]);
});

/** Few keys of every kind, so that they meet often, and devices enough for new ones to come all the time. */
const someone = fc.oneof(
  fc.record({
    userId: fc.constantFrom('1', '2', '3', '4'),
    anonymousId: fc.constantFrom(...'abcdefghijklmnop'),
  }),
  fc.record({
    contact: fc.uniqueArray(
      fc.constantFrom(
        'user:1',
        'user:4',
        'crm:1',
        'crm:2',
        'email:a@x.fr',
        'email:b@x.fr',
        'anonymous:a',
        'anonymous:c',
      ),
      { minLength: 2, maxLength: 3 },
    ),
  }),
);
const claim = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      who: someone,
      alias: fc.constantFrom<'' | 'together' | 'apart'>('', '', '', '', '', 'together', 'apart'),
      back: fc.integer({ min: 0, max: DAY }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      who: fc.constant({ contact: ['user:1', 'user:4'] }),
      alias: fc.constantFrom('together' as const, 'apart' as const),
      back: fc.integer({ min: 0, max: DAY }),
    }),
  },
);

it('invariant: who is who equals the definition over all links, whatever came in which order and batch', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(claim, { minLength: 5, maxLength: 40 }),
      fc.integer({ min: 1, max: 10 }),
      async (claims, batch) => {
        const run = `${(count += 1)}-`;
        const named = (key: string) => key.replace(':', `:${run}`);
        const facts = claims.map(({ who, alias, back }) => {
          const keys =
            'contact' in who
              ? { contact: who.contact.map(named) }
              : { userId: `${run}${who.userId}`, anonymousId: `${run}${who.anonymousId}` };
          const told =
            alias === '' || !('contact' in who) ? {} : { type: 'alias' as const, apart: alias === 'apart' };
          return fact({
            type: 'track',
            name: 'Seen',
            ...keys,
            ...told,
            source: server,
            timestamp: world.clock.now() - back,
          });
        });
        const half = facts.length >> 1;
        await read(facts.slice(0, half), batch);
        await expectDefinition(facts.slice(0, half));
        await read(facts.slice(half), batch);
        await expectDefinition(facts);
      },
    ),
    { numRuns: runs, endOnFailure: true },
  );
}, 600_000);
