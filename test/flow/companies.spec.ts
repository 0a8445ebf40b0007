import fc from 'fast-check';
import { keysOf, type Fact, type IdentityKey } from '@entente/event';
import { DAY, HOUR, type JsonObject } from '@entente/kernel';
import {
  applyTraits,
  laterJoining,
  readCompany,
  readTraits,
  resolveIdentities,
  type IdentityLink,
  type Joining,
  type SourcedTraits,
} from '@entente/profile';
import {
  countOfCompany,
  findContact,
  publish,
  saveSource,
  sourceRanks,
  traitsOf,
  type Database,
} from '@entente/storage';
import { ArrivedEvent, linksOf } from '../../apps/engine/arrivals';
import { tellCompanies } from '../../apps/engine/jobs/tell-companies';
import { pairOf, supersedes } from '../../apps/engine/identity-graph';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

const start = Date.UTC(2026, 0, 5, 9);
const runs = Number(process.env.ENTENTE_EXACTNESS_RUNS ?? 20);

let held: TestDatabase;
let database: Database;
let world: EngineWorld;
let author: Author;
let web: number;
let server: number;
let crm: number;
let count = 0;

beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
  world = new EngineWorld(database, start);
  author = new Author(database);
  web = await author.source('web', false);
  server = await author.source('server', true, 50);
  crm = await author.source('crm', true, 20);
  await author.segment('pro', { trait: 'company.plan', eq: 'pro' });
  await author.segment('not-free', { not: { trait: 'company.plan', eq: 'free' } });
  await author.segment('acme', { trait: 'company.id', eq: 'acme' });
  await settle();
});

afterEach(() => held.close());

const settle = async () => {
  await world.passTo(world.clock.now() + 1);
  await world.work();
};

const group = (userId: string | undefined, groupId: string, fields: Partial<Fact> = {}): Fact => ({
  v: 1,
  type: 'group',
  source: server,
  messageId: `m${(count += 1)}`,
  timestamp: world.clock.now(),
  ...(userId !== undefined && { userId }),
  groupId,
  ...fields,
});

const arrive = async (...facts: Fact[]) => {
  await world.arrive(...facts);
  await settle();
};

const traits = async (key: IdentityKey): Promise<JsonObject> =>
  readTraits(await traitsOf(database, (await findContact(database, key))!), await sourceRanks(database));

const segmentsOf = async (key: IdentityKey): Promise<string[]> => {
  const rows = await database.query<{ segment_key: string }>(
    `SELECT segment_key FROM membership JOIN segment_version AS version ON version.id = version_id
     WHERE contact_id = $1 AND status = 'live' ORDER BY segment_key`,
    [await findContact(database, key)],
  );
  return rows.map((row) => row.segment_key);
};

const logOf = async (key: IdentityKey, segment: string): Promise<boolean[]> => {
  const rows = await database.query<{ entered: boolean }>(
    `SELECT entered FROM membership_change JOIN segment_version AS version ON version.id = version_id
     WHERE contact_id = $1 AND segment_key = $2 ORDER BY membership_change.id`,
    [await findContact(database, key), segment],
  );
  return rows.map(({ entered }) => entered);
};

describe('a contact’s company', () => {
  it('is read by rules with its traits and its id', async () => {
    await arrive(group('1', 'acme', { traits: { plan: 'pro', seats: 5 } }));
    expect(await traits('user:1')).toEqual({ company: { id: 'acme', plan: 'pro', seats: 5 } });
    expect(await segmentsOf('user:1')).toEqual(['acme', 'not-free', 'pro']);
  });

  it('changes, for rules, when another value of a trait is told, and not when the same is', async () => {
    await author.segment('new-plan', { trait: 'company.plan', changedWithin: 'P7D' });
    await author.segment('new-plan-pro', { trait: 'company.plan', changedWithin: 'P7D', eq: 'pro' });
    await settle();
    const changed = async () =>
      (await segmentsOf('user:1')).filter((segment) => segment.startsWith('new-plan'));
    await arrive(group('1', 'acme', { traits: { plan: 'free' } }));
    expect(await changed()).toEqual(['new-plan']);
    await world.passTo(start + 8 * DAY);
    await settle();
    expect(await changed()).toEqual([]);
    await arrive(group('2', 'acme', { traits: { plan: 'free', seats: 5 } }));
    expect(await changed()).toEqual([]);
    await arrive(group('2', 'acme', { traits: { plan: 'pro' } }));
    expect(await changed()).toEqual(['new-plan', 'new-plan-pro']);
    await arrive({ ...group('1', 'acme'), type: 'identify', traits: { company: { plan: 'own' } } });
    expect(await changed()).toEqual(['new-plan', 'new-plan-pro']);
    await world.passTo(start + 16 * DAY);
    await settle();
    expect(await logOf('user:1', 'new-plan')).toEqual([true, false, true, false]);
  });

  it('is that of their latest group call in event order', async () => {
    await arrive(
      group('1', 'acme', { traits: { plan: 'pro' } }),
      group('1', 'shop', { timestamp: start - DAY }),
    );
    expect((await traits('user:1')).company).toMatchObject({ id: 'acme' });
    await arrive(group('1', 'shop'));
    expect((await traits('user:1')).company).toEqual({ id: 'shop' });
    await arrive(group('1', 'acme'));
    expect((await traits('user:1')).company).toEqual({ id: 'acme', plan: 'pro' });
    expect(await countOfCompany(database, 'acme')).toBe(1);
    expect(await countOfCompany(database, 'shop')).toBe(0);
  });

  it('changes for everybody in it, and for who joins later', async () => {
    await arrive(group('1', 'acme', { traits: { plan: 'free' } }), group('2', 'acme', { source: web }));
    expect(await segmentsOf('user:2')).toEqual(['acme']);
    await arrive(group(undefined, 'acme', { traits: { plan: 'pro' } }));
    await arrive(group('3', 'acme'));
    for (const user of ['1', '2', '3'])
      expect(await segmentsOf(`user:${user}`)).toEqual(['acme', 'not-free', 'pro']);
    expect(await countOfCompany(database, 'acme')).toBe(3);
  });

  it('never shows the new one without its traits', async () => {
    await arrive(group(undefined, 'acme', { traits: { plan: 'free' } }));
    await arrive(group('1', 'shop', { traits: { plan: 'free' } }));
    await arrive(group('1', 'acme'));
    expect((await traits('user:1')).company).toEqual({ id: 'acme', plan: 'free' });
    expect(await logOf('user:1', 'not-free')).toEqual([true, false]);
  });

  it('is told once, however often a group call says the same', async () => {
    await world.arrive(group('1', 'acme', { traits: { plan: 'pro' } }));
    for (let call = 0; call < 5; call += 1) {
      world.clock.moveTo(world.clock.now() + HOUR);
      await arrive(group('1', 'acme', { traits: { plan: 'pro' } }));
    }
    const told = await database.query("SELECT FROM event WHERE name = 'Company Changed'");
    expect(told).toHaveLength(1);
  });

  it('has traits from trusted sources only, by precedence', async () => {
    await arrive(
      group('1', 'acme', { traits: { plan: 'free', seats: 5 } }),
      group('2', 'acme', { source: web, traits: { plan: 'pro', admin: true } }),
    );
    expect((await traits('user:2')).company).toEqual({ id: 'acme', plan: 'free', seats: 5 });
    await arrive(group(undefined, 'acme', { source: crm, traits: { plan: 'pro' } }));
    expect((await traits('user:2')).company).toEqual({ id: 'acme', plan: 'pro', seats: 5 });
    await database.transaction(async (tx) => {
      await publish(tx);
      await saveSource(tx, 'crm', { name: 'crm', trusted: false, precedence: 20 });
    });
    await settle();
    expect((await traits('user:1')).company).toEqual({ id: 'acme', plan: 'free', seats: 5 });
  });

  it('hides a trait company of their own', async () => {
    await arrive({ ...group('1', ''), type: 'identify', groupId: undefined, traits: { company: 'By hand' } });
    expect(await traits('user:1')).toEqual({ company: 'By hand' });
    await arrive(group('1', 'acme'));
    expect(await traits('user:1')).toEqual({ company: { id: 'acme' } });
  });

  it('is told by nobody else', async () => {
    await arrive(group('1', 'acme'));
    const company = { company: { id: 'evil' }, version: 9, joined: { at: start + DAY, message: 'z' } };
    const forged = group('1', 'x', { name: 'Company Changed', properties: company });
    await arrive({ ...forged, type: 'track', groupId: undefined });
    expect((await traits('user:1')).company).toEqual({ id: 'acme' });
  });

  it('goes with them through a merge, and back', async () => {
    await arrive(
      group('1', 'acme', { traits: { plan: 'pro' } }),
      group('1', 'acme', { timestamp: start + 1 }),
    );
    world.clock.moveTo(start + HOUR);
    await arrive(group('2', 'shop'));
    world.clock.moveTo(start + 2 * HOUR);
    await arrive(group('1', 'acme'));
    const alias = { ...group(undefined, ''), type: 'alias' as const, groupId: undefined };
    await arrive({ ...alias, contact: ['user:1', 'user:2'] });
    expect(await findContact(database, 'user:1')).toBe(await findContact(database, 'user:2'));
    expect((await traits('user:1')).company).toEqual({ id: 'acme', plan: 'pro' });
    expect(await countOfCompany(database, 'shop')).toBe(0);
    await arrive(group('2', 'shop', { timestamp: start + HOUR + 1 }));
    await arrive({
      ...alias,
      messageId: 'apart',
      timestamp: world.clock.now(),
      apart: true,
      contact: ['user:1', 'user:2'],
    });
    expect((await traits('user:1')).company).toEqual({ id: 'acme', plan: 'pro' });
    expect((await traits('user:2')).company).toEqual({ id: 'shop' });
  });
});

describe('a company of thousands', () => {
  const many = 3_000;
  const all = () => Array.from({ length: many }, (_, user) => group(`${user}`, 'acme'));

  const members = async (): Promise<number> => {
    const [row] = await database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM membership JOIN segment_version AS version ON version.id = version_id
       WHERE segment_key = 'pro' AND status = 'live'`,
    );
    return row!.count;
  };

  const waiting = async (): Promise<number> =>
    (await database.query<{ count: number }>('SELECT count(*)::int AS count FROM outbox'))[0]!.count;

  it('is told in chunks, while the outbox and the stream have room', async () => {
    await arrive(...all());
    await world.arrive(group(undefined, 'acme', { traits: { plan: 'pro' } }));
    await world.passTo(world.clock.now() + 1);
    const chunks: number[] = [];
    for (let before = 0; await tellCompanies(world.engine); before = await waiting())
      if (chunks.push((await waiting()) - before) > 4) break;
    expect(chunks).toEqual([500, 500, 0, 0, 0]);
    await settle();
    expect(await members()).toBe(many);
  }, 60_000);

  it('ends with the newest for everybody when it changes meanwhile', async () => {
    await arrive(...all());
    for (const plan of ['pro', 'free', 'pro']) {
      await world.arrive(group(undefined, 'acme', { traits: { plan } }));
      await world.passTo(world.clock.now() + 1);
      await tellCompanies(world.engine);
      if (plan === 'free') world.restart();
    }
    await arrive(group('late', 'acme'));
    expect(await members()).toBe(many + 1);
    const rows = await database.query('SELECT FROM company_telling');
    expect(rows).toHaveLength(0);
  }, 60_000);
});

describe('a campaign', () => {
  const enrolled = async (): Promise<string[]> => {
    const rows = await database.query<{ key: string }>(
      `SELECT key FROM enrollment JOIN identity USING (contact_id) WHERE key LIKE 'user:%' ORDER BY key`,
    );
    return rows.map(({ key }) => key);
  };

  beforeEach(async () => {
    await author.mailNeeds('news', 'shop', 'upgrade');
    await author.campaign(
      'upgraded',
      {
        topic: 'news',
        from: 'shop',
        triggers: [{ segment: 'pro' }],
        steps: [{ id: 'mail', send: 'upgrade' }],
      },
      start,
    );
    await arrive(group('1', 'acme', { traits: { plan: 'free' } }), group('2', 'acme'));
  });

  it('is started by a company’s change, for everybody in it', async () => {
    await arrive(group('1', 'acme', { traits: { plan: 'pro' } }));
    expect(await enrolled()).toEqual(['user:1', 'user:2']);
  });

  it('is not started by a change that is too old, nor by an import', async () => {
    world.clock.moveTo(start + 3 * DAY);
    const old = { traits: { plan: 'pro' }, timestamp: start + DAY };
    await arrive(group(undefined, 'acme', old));
    await arrive(group('3', 'shop', { traits: { plan: 'pro' }, cause: 'import' }));
    for (const user of ['1', '2', '3']) expect(await segmentsOf(`user:${user}`)).toContain('pro');
    expect(await enrolled()).toEqual([]);
  });

  it('is started by an import whose author says so', async () => {
    await arrive(group('3', 'shop', { traits: { plan: 'pro' }, cause: 'import', effects: true }));
    expect(await enrolled()).toEqual(['user:3']);
  });

  it('is not started by a live change that is told together with an imported one', async () => {
    await arrive(
      group(undefined, 'acme', { traits: { seats: 5 } }),
      group(undefined, 'acme', { traits: { plan: 'pro' }, cause: 'import' }),
    );
    expect(await segmentsOf('user:1')).toContain('pro');
    expect(await enrolled()).toEqual([]);
  });
});

const pick = <T>(...values: T[]) => fc.constantFrom(...values);
const anyFact = fc.record({
  what: fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ userId: pick('1', '2', '3'), anonymousId: pick('a', 'b', undefined) }),
    },
    { weight: 3, arbitrary: fc.record({ anonymousId: pick('a', 'b', 'c') }) },
    { weight: 2, arbitrary: fc.record({ contact: pick(['user:1', 'user:2'], ['user:2', 'anonymous:c']) }) },
    { weight: 2, arbitrary: fc.constant({}) },
  ),
  type: pick<Fact['type']>('group', 'group', 'group', 'alias'),
  apart: fc.boolean(),
  groupId: pick('acme', 'shop'),
  traits: fc.oneof(
    fc.constant(undefined),
    fc.dictionary(pick('plan', 'seats'), pick<string | number | null>('pro', 'free', 5, null), {
      noNullPrototype: true,
    }),
  ),
  source: pick('web', 'server', 'crm'),
  back: fc.integer({ min: 0, max: 5 }),
  pause: pick('none', 'read', 'tell', 'settle'),
});

it('promise 3: companies and who belongs to them do not depend on the order of arrival', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc
        .array(anyFact, { minLength: 2, maxLength: 15 })
        .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => expectDefinition(all, shuffled),
    ),
    { numRuns: runs, endOnFailure: true },
  );
}, 600_000);

type Said = typeof anyFact extends fc.Arbitrary<infer T> ? T : never;

/** Once all has arrived, in this order, everybody's company is that of the definition over all. */
async function expectDefinition(all: readonly Said[], order: readonly Said[]): Promise<void> {
  const own = await testDatabase();
  try {
    const there = new EngineWorld(own.database, start + HOUR);
    const writer = new Author(own.database);
    const ids = {
      web: await writer.source('web', false),
      server: await writer.source('server', true, 50),
      crm: await writer.source('crm', true, 20),
    };
    const facts = all.map((said, index) => factOf(said, index, ids[said.source as keyof typeof ids]));
    for (const said of order) {
      await there.arrive(facts[all.indexOf(said)]!);
      if (said.pause !== 'none') await there.readAll();
      if (said.pause === 'tell') await tellCompanies(there.engine);
      if (said.pause === 'settle') await there.work();
    }
    await there.passTo(there.clock.now() + 1);
    await there.work();
    await compareWithDefinition(own.database, facts, new Set([ids.server, ids.crm]));
  } finally {
    await own.close();
  }
}

function factOf({ what, type, apart, groupId, traits, back }: Said, index: number, source: number): Fact {
  const isAlias = type === 'alias' && 'contact' in what;
  return {
    v: 1,
    type: isAlias ? 'alias' : 'group',
    source,
    messageId: `m${index}`,
    timestamp: start - back,
    ...(what as object),
    ...(isAlias ? { apart } : { groupId, ...(traits && { traits }) }),
  };
}

async function compareWithDefinition(database: Database, facts: readonly Fact[], trusted: Set<number>) {
  const links = new Map<string, IdentityLink>();
  const keys = new Set<IdentityKey>();
  const joinings = new Map<IdentityKey, Joining[]>();
  const companies = new Map<string, SourcedTraits>();
  for (const fact of facts) {
    const isOfCompany = !fact.userId && !fact.anonymousId && !fact.contact;
    const named = isOfCompany
      ? { own: '', claims: [], kind: 'claim' as const }
      : keysOf(fact, trusted.has(fact.source));
    const arrival = { position: 0n, at: start, fact, ...named };
    const event = new ArrivedEvent(fact, start, '1');
    if (fact.groupId !== undefined && fact.traits && trusted.has(fact.source)) {
      const { source, at, message } = event;
      const change = { source, at, message, values: fact.traits };
      companies.set(fact.groupId, applyTraits(companies.get(fact.groupId) ?? {}, change).traits);
    }
    if (isOfCompany) continue;
    for (const key of [named.own, ...named.claims]) keys.add(key);
    for (const link of linksOf(arrival)) {
      if (supersedes(link, links.get(pairOf(link)))) links.set(pairOf(link), link);
    }
    if (fact.groupId === undefined) continue;
    const joining = { company: fact.groupId, at: event.at, message: event.message };
    joinings.set(named.own, [...(joinings.get(named.own) ?? []), joining]);
  }
  const ranks = await sourceRanks(database);
  const roots = resolveIdentities([...links.values()]);
  const rootOf = (key: IdentityKey) => roots.get(key) ?? key;
  for (const key of keys) {
    const mine = [...joinings].filter(([other]) => rootOf(other) === rootOf(key)).flatMap(([, some]) => some);
    const last = mine.reduce<Joining | undefined>(laterJoining, undefined);
    const expected = last && { ...readCompany(companies.get(last.company) ?? {}, ranks), id: last.company };
    const stored = await traitsOf(database, (await findContact(database, key))!);
    const { company } = readTraits(stored, ranks);
    expect({ key, company }).toEqual({ key, company: expected });
  }
}
