import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import type { Fact } from '@entente/event';
import { MINUTE } from '@entente/kernel';
import {
  findContact,
  hashAddress,
  lockAddress,
  publish,
  recordPermission,
  saveSource,
  suppressAddress,
  type Database,
  type PermissionRequest,
} from '@entente/storage';
import { repairContacts } from '../../apps/engine/jobs/repair-contacts';
import { rereadProfiles } from '../../apps/engine/jobs/reread-profiles';
import { tellAddresses } from '../../apps/engine/jobs/tell-addresses';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

const start = Date.UTC(2026, 0, 5, 9);
const reasons = ['opt-out', 'hard-bounce', 'complaint', 'operator'] as const;
type Reason = (typeof reasons)[number];

let held: TestDatabase;
let database: Database;
let world: EngineWorld;
let author: Author;
let server: number;
let count = 0;
let passed = 0;
let versions: Map<string, number>;

async function open(): Promise<void> {
  held = await testDatabase();
  database = held.database;
  world = new EngineWorld(database, start);
  author = new Author(database);
  server = await author.source('server', true, 50);
  await author.mailNeeds('news', 'shop', 'hello');
  passed = 0;
  versions = new Map();
  for (const one of ['any', ...reasons]) versions.set(one, await author.segment(one, { suppressed: one }));
}
beforeEach(open);
afterEach(() => held.close());

const fact = (fields: Partial<Fact>): Fact => ({
  v: 1,
  type: 'identify',
  source: server,
  messageId: `m${(count += 1)}`,
  timestamp: world.clock.now(),
  ...fields,
});
const identify = (userId: string, email: string | null, more: Partial<Fact> = {}): Fact =>
  fact({ userId, traits: { email }, ...more });

/** Lets a minute pass and everything be heard. */
async function settle(...facts: Fact[]): Promise<void> {
  await world.passTo(start + (passed += 1) * MINUTE);
  await world.arrive(...facts);
  await world.readAll();
  for (let round = 0; round < 2; round += 1) await world.work();
}
const suppress = (address: string, reason: Exclude<Reason, 'opt-out'>): Promise<void> =>
  database.transaction(async (tx) =>
    suppressAddress(tx, await hashAddress(tx, address), reason, { at: world.clock.now() }),
  );
const idOf = async (key: string): Promise<string> => (await findContact(database, key))!;
const leave = async (key: string, address: string, by: Partial<PermissionRequest> = {}) => {
  const how = { way: 'preferences', source: 1, evidence: {} } as const;
  const act = { topic: '*', act: 'withdrawn', basis: 'none', ...how } as const;
  const contact = await idOf(key);
  await database.transaction((tx) =>
    recordPermission(tx, { ...act, actor: 'recipient', ...by, contact, address, at: world.clock.now() }),
  );
};

const members = async (segment: string): Promise<string[]> =>
  (
    await database.query<{ id: string }>(
      'SELECT contact_id AS id FROM membership WHERE version_id = $1 ORDER BY contact_id',
      [versions.get(segment)],
    )
  ).map(({ id }) => id);
/** Whom the tables have with an address that no mail of any topic goes to. */
const inTables = async (segment: string): Promise<string[]> =>
  (
    await database.query<{ id: string }>(
      `SELECT DISTINCT p.contact_id AS id FROM profile p JOIN suppression s ON s.address_hash = p.email_hash
       WHERE s.topic = '*' AND s.lifted_at IS NULL AND $1 IN ('any', s.reason)
         AND NOT EXISTS (SELECT FROM lineage l WHERE l.contact_id = p.contact_id) ORDER BY 1`,
      [segment],
    )
  ).map(({ id }) => id);
/** The members of the segments, which are those that the tables have. */
async function agreed(): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const segment of versions.keys()) {
    const now = await members(segment);
    expect([segment, now]).toEqual([segment, await inTables(segment)]);
    if (now.length > 0) sizes[segment] = now.length;
  }
  return sizes;
}
const told = async (): Promise<string[]> =>
  (
    await database.query<{ name: string }>(`SELECT name FROM event WHERE name LIKE 'Address %' ORDER BY at`)
  ).map(({ name }) => name);

const [x, y] = ['x@example.com', 'y@example.com'];

describe('a segment on suppressed addresses', () => {
  it('follows whatever suppresses the address that somebody has, and is told once', async () => {
    await settle(identify('1', x), identify('2', y));
    expect(await agreed()).toEqual({});
    await suppress(x, 'hard-bounce');
    await suppress(x, 'hard-bounce');
    await settle();
    expect(await agreed()).toEqual({ any: 1, 'hard-bounce': 1 });
    await suppress(x, 'complaint');
    await leave('user:2', y);
    await settle();
    expect(await agreed()).toEqual({ any: 2, 'hard-bounce': 1, complaint: 1, 'opt-out': 1 });
    expect(await told()).toHaveLength(3);
  });

  it('is no matter of one topic', async () => {
    await settle(identify('1', x));
    const contact = await idOf('user:1');
    const act = { topic: 'news', act: 'withdrawn', actor: 'recipient', basis: 'none', source: 1 } as const;
    await database.transaction((tx) =>
      recordPermission(tx, {
        ...act,
        contact,
        address: x,
        way: 'preferences',
        evidence: {},
        at: world.clock.now(),
      }),
    );
    await settle(identify('2', x), identify('1', y));
    await settle(identify('1', x));
    expect(await agreed()).toEqual({});
  });

  it('follows the address of somebody: to a suppressed one, to another, and to none', async () => {
    await suppress(x, 'hard-bounce');
    await settle(identify('1', x));
    expect(await agreed()).toEqual({ any: 1, 'hard-bounce': 1 });
    await settle(identify('1', y));
    expect(await agreed()).toEqual({});
    await settle(identify('1', x));
    expect(await agreed()).toEqual({ any: 1, 'hard-bounce': 1 });
    await settle(identify('1', null));
    expect(await agreed()).toEqual({});
    expect(await told()).toEqual([
      'Address Suppressed',
      'Address Cleared',
      'Address Suppressed',
      'Address Cleared',
    ]);
  });

  it('goes by the address of who two became, and by that of each when they part', async () => {
    await settle(identify('1', x), identify('2', y));
    await suppress(x, 'complaint');
    await suppress(y, 'hard-bounce');
    await settle();
    expect(await agreed()).toEqual({ any: 2, complaint: 1, 'hard-bounce': 1 });
    const words = { type: 'alias', contact: ['user:1', 'user:2'] } as const;
    await settle(fact(words));
    expect(await idOf('user:1')).toBe(await idOf('user:2'));
    expect(Object.keys(await agreed())).toHaveLength(2);
    await settle(fact({ ...words, apart: true }));
    expect(await idOf('user:1')).not.toBe(await idOf('user:2'));
    expect(await agreed()).toEqual({ any: 2, complaint: 1, 'hard-bounce': 1 });
  });

  it('forgets the other address where the newer one is that of whoever stays', async () => {
    await settle(identify('1', null));
    await settle(identify('2', x));
    await suppress(x, 'complaint');
    await settle(identify('1', y));
    expect(await agreed()).toEqual({ any: 1, complaint: 1 });
    await settle(fact({ type: 'alias', contact: ['user:1', 'user:2'] }));
    expect(await agreed()).toEqual({});
  });

  it('goes by the source that is read after precedence has changed', async () => {
    const crm = await author.source('crm', true, 80);
    await settle(identify('1', x), identify('1', y, { source: crm }));
    await suppress(y, 'operator');
    await settle();
    expect(await agreed()).toEqual({});
    await database.transaction(async (tx) => {
      await publish(tx);
      await saveSource(tx, 'crm', { name: 'crm', trusted: true, precedence: 10 });
    });
    while (await rereadProfiles(world.engine));
    await settle();
    expect(await agreed()).toEqual({ any: 1, operator: 1 });
  });

  it('finds whoever is made anew by a repair', async () => {
    await settle(identify('1', x));
    await suppress(x, 'hard-bounce');
    await database.run('DELETE FROM address_word');
    await database.run('DELETE FROM outbox');
    await database.run(`UPDATE contact SET repair = 'broken', repair_after = NULL`);
    while (await repairContacts(world.engine));
    await settle();
    expect(await agreed()).toEqual({ any: 1, 'hard-bounce': 1 });
  });
});

/** Takes the migration back and makes it anew, with something in between. */
async function migratedAnew(meanwhile: () => Promise<unknown>): Promise<void> {
  const owner = new Client({ connectionString: held.ownerUrl });
  await owner.connect();
  const run = (way: string) =>
    owner.query(readFileSync(`${__dirname}/../../migrations/0020-address-words.${way}.sql`, 'utf8'));
  await run('down');
  await meanwhile();
  await run('up');
  await owner.query('GRANT SELECT, INSERT, UPDATE, DELETE ON address_word, address_change TO entente');
  await owner.query('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO entente');
  await owner.end();
}

it('is told of those who had a suppressed address before there was such a condition', async () => {
  await settle(identify('1', x), identify('2', y));
  await suppress(x, 'hard-bounce');
  await settle();
  await database.run(`DELETE FROM event WHERE name = 'Address Suppressed'`);
  await migratedAnew(async () => {});
  await settle();
  expect(await told()).toEqual(['Address Suppressed']);
  expect(await agreed()).toEqual({ any: 1, 'hard-bounce': 1 });
  await settle(identify('1', y));
  expect(await agreed()).toEqual({});
});

it('counts on from what was told before a release was taken back', async () => {
  await settle(identify('1', x), identify('2', y));
  for (const address of [x, y, x, y]) {
    await suppress(x, 'hard-bounce');
    await settle(identify('1', address));
  }
  await settle(identify('1', x));
  expect(await agreed()).toEqual({ any: 1, 'hard-bounce': 1 });
  const bounced = `INSERT INTO suppression (address_hash, topic, reason, at) VALUES ($1, '*', 'complaint', now())`;
  await migratedAnew(async () => database.run(bounced, [await hashAddress(database, y)]));
  await settle();
  expect(await agreed()).toEqual({ any: 2, 'hard-bounce': 1, complaint: 1 });
  await settle(identify('1', 'z@example.com'));
  expect(await agreed()).toEqual({ any: 1, complaint: 1 });
});

it('is told of what a process of the release before entered, once it is entered again', async () => {
  await settle(identify('1', x));
  await database.run(
    `INSERT INTO suppression (address_hash, topic, reason, at) VALUES ($1, '*', 'hard-bounce', now())`,
    [await hashAddress(database, x)],
  );
  await suppress(x, 'hard-bounce');
  await settle();
  expect(await agreed()).toEqual({ any: 1, 'hard-bounce': 1 });
});

it('lets nobody wait for an address that is locked', async () => {
  await settle(identify('1', x));
  await database.transaction(async (tx) => {
    await suppressAddress(tx, await hashAddress(tx, x), 'complaint', { at: world.clock.now() });
    await world.arrive(identify('1', y), identify('2', x));
    await world.readAll();
    expect(await database.query('SELECT FROM address_change')).toHaveLength(2);
  });
  await settle();
  expect(await agreed()).toEqual({ any: 1, complaint: 1 });
});

describe('promise 4: suppressing and changing an address at the same time', () => {
  it('is seen by whoever comes to have the address while it is being suppressed', async () => {
    await settle(identify('1', y));
    await database
      .transaction(async (tx) => {
        await suppressAddress(tx, await hashAddress(tx, x), 'complaint', { at: world.clock.now() });
        await world.arrive(identify('1', x));
        await world.readAll();
        const reading = tellAddresses(world.engine);
        await new Promise((done) => setTimeout(done, 200));
        return { reading };
      })
      .then(({ reading }) => reading);
    await settle();
    expect(await agreed()).toEqual({ any: 1, complaint: 1 });
  });

  it('is seen by whoever leaves the address while it is being suppressed', async () => {
    await settle(identify('1', x));
    const { reading } = await database.transaction(async (tx) => {
      await suppressAddress(tx, await hashAddress(tx, x), 'complaint', { at: world.clock.now() });
      await world.arrive(identify('1', y));
      await world.readAll();
      const reading = tellAddresses(world.engine);
      await new Promise((done) => setTimeout(done, 200));
      return { reading };
    });
    await reading;
    await settle();
    expect(await agreed()).toEqual({});
  });

  it('is seen by whoever suppresses it while somebody comes to have it, or leaves it', async () => {
    await settle(identify('1', y), identify('2', x));
    const both = await database.transaction(async (tx) => {
      await lockAddress(tx, await hashAddress(tx, x));
      await world.arrive(identify('1', x), identify('2', y));
      const reading = world.readAll();
      await new Promise((done) => setTimeout(done, 200));
      const suppressing = suppress(x, 'complaint');
      await new Promise((done) => setTimeout(done, 100));
      return { reading, suppressing };
    });
    await Promise.all([both.reading, both.suppressing]);
    await settle();
    expect(await agreed()).toEqual({ any: 1, complaint: 1 });
    expect(await members('complaint')).toEqual([await idOf('user:1')]);
  });
});

describe('what is told of an address', () => {
  const enrollments = async () =>
    (await database.query<{ n: number }>('SELECT count(*)::int AS n FROM enrollment'))[0]!.n;
  beforeEach(async () => {
    const definition = {
      topic: 'news',
      from: 'shop',
      triggers: [{ segment: 'any' }],
      steps: [{ id: 'hello', send: 'hello' }],
    };
    await settle(identify('1', y), identify('2', y));
    await author.campaign('sorry', definition, world.clock.now());
    await settle();
  });

  it('starts campaigns where it happens now', async () => {
    await suppress(y, 'complaint');
    await settle();
    expect(await enrollments()).toBe(2);
  });

  it('starts them for whoever changes to such an address', async () => {
    await suppress(x, 'complaint');
    await settle(identify('1', x));
    expect(await enrollments()).toBe(1);
  });

  it.each(['a device joins them', 'they are repaired'])(
    'starts them for whoever changes to such an address, though %s before that is told',
    async (what) => {
      await suppress(x, 'complaint');
      await settle(fact({ anonymousId: 'd', type: 'track', name: 'Seen', properties: {} }));
      await world.passTo(start + (passed += 1) * MINUTE);
      await world.arrive(identify('1', x));
      await world.readAll();
      if (what === 'they are repaired') {
        await database.run(`UPDATE contact SET repair = 'broken', repair_after = NULL`);
        while (await repairContacts(world.engine));
      } else {
        await world.arrive(fact({ userId: '1', anonymousId: 'd', traits: {} }));
        await world.readAll();
      }
      await settle();
      expect(await enrollments()).toBe(1);
    },
  );

  it('starts nothing for whom an import gives the address after all', async () => {
    await suppress(x, 'complaint');
    const before = { timestamp: world.clock.now() - MINUTE };
    await settle(identify('1', 'z@example.com', before), identify('1', x, { cause: 'import' }));
    expect(await agreed()).toEqual({ any: 1, complaint: 1 });
    expect(await enrollments()).toBe(0);
    await settle(identify('2', 'z@example.com', { ...before, cause: 'import' }), identify('2', x));
    expect(await enrollments()).toBe(1);
  });

  it('starts nothing where an import brought it about', async () => {
    await suppress(x, 'complaint');
    await settle(identify('1', x, { cause: 'import' }));
    await leave('user:2', y, { actor: 'import' });
    await settle();
    expect(await agreed()).toEqual({ any: 2, complaint: 1, 'opt-out': 1 });
    expect(await enrollments()).toBe(0);
  });

  it('starts campaigns where an import brought it about whose author asked for that', async () => {
    await leave('user:2', y, { actor: 'import', effects: true });
    await settle();
    expect(await agreed()).toEqual({ any: 2, 'opt-out': 2 });
    expect(await enrollments()).toBe(2);
  });
});

type Step =
  | { readonly do: 'identify'; readonly user: string; readonly email: string | null }
  | { readonly do: 'alias'; readonly apart: boolean; readonly with: readonly [string, string] }
  | { readonly do: 'suppress'; readonly email: string; readonly reason: Exclude<Reason, 'opt-out'> }
  | { readonly do: 'leave'; readonly user: string; readonly email: string }
  | { readonly do: 'settle' };

const user = fc.constantFrom('1', '2', '3');
const email = fc.constantFrom('a@example.com', 'b@example.com', 'c@example.com');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({
      do: fc.constant('identify' as const),
      user,
      email: fc.oneof({ arbitrary: email, weight: 4 }, { arbitrary: fc.constant(null), weight: 1 }),
    }),
    weight: 5,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('alias' as const),
      apart: fc.boolean(),
      with: fc.constantFrom(['1', '2'] as const, ['2', '3'] as const, ['1', '3'] as const),
    }),
    weight: 3,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('suppress' as const),
      email,
      reason: fc.constantFrom('hard-bounce' as const, 'complaint' as const),
    }),
    weight: 2,
  },
  { arbitrary: fc.record({ do: fc.constant('leave' as const), user, email }), weight: 1 },
  { arbitrary: fc.constant({ do: 'settle' as const }), weight: 3 },
);

it('agrees with the tables whatever happens to addresses, persons and suppressions', async () => {
  await settle();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 16 }), async (steps) => {
      const here = (text: string) => `r${run}-${text}`;
      run += 1;
      await settle(...['1', '2', '3'].map((one) => identify(here(one), here(`${one}@example.com`))));
      for (const one of steps) {
        if (one.do === 'settle') await settle();
        else if (one.do === 'suppress') await suppress(here(one.email), one.reason);
        else if (one.do === 'leave') await leave(`user:${here(one.user)}`, here(one.email));
        else if (one.do === 'identify')
          await world.arrive(identify(here(one.user), one.email && here(one.email)));
        else
          await world.arrive(
            fact({
              type: 'alias',
              contact: one.with.map((name) => `user:${here(name)}`),
              ...(one.apart && { apart: true }),
            }),
          );
        if (one.do !== 'settle') await world.readAll(3);
      }
      await settle();
      await agreed();
      await settle();
      await agreed();
    }),
    { numRuns: Number(process.env['ENTENTE_PROPERTY_RUNS'] ?? 25), endOnFailure: true },
  );
}, 600_000);
