import { mostRestrictive } from '@entente/consent';
import type { Fact } from '@entente/event';
import { clickedFeedback, openedFeedback, sentFeedback } from '@entente/feedback';
import { MINUTE } from '@entente/kernel';
import { evaluate, parseRule, type Rule } from '@entente/segment';
import {
  findContact,
  lineageOf,
  optOut,
  ownSource,
  recordPermission,
  standingsOf,
  tell,
  type Database,
} from '@entente/storage';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

const start = Date.UTC(2026, 0, 5, 9);

let held: TestDatabase;
let database: Database;
let world: EngineWorld;
let author: Author;
let server: number;
let count = 0;
let passed = 0;

beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
  world = new EngineWorld(database, start);
  author = new Author(database);
  server = await author.source('server', true, 50);
  await author.mailNeeds('news', 'shop', 'hello');
  passed = 0;
});
afterEach(() => held.close());

const identify = (fields: Partial<Fact>): Fact => ({
  v: 1,
  type: 'identify',
  source: server,
  messageId: `m${(count += 1)}`,
  timestamp: world.clock.now(),
  traits: {},
  ...fields,
});

/** Lets a minute pass and everything be heard. */
const settle = async (...facts: Fact[]): Promise<void> => {
  await world.passTo(start + (passed += 1) * MINUTE);
  await world.arrive(...facts);
  await world.readAll();
  for (let round = 0; round < 2; round += 1) await world.work();
};
const members = async (version: number): Promise<string[]> =>
  (
    await database.query<{ contact_id: string }>('SELECT contact_id FROM membership WHERE version_id = $1', [
      version,
    ])
  ).map((row) => row.contact_id);
const idOf = async (key: string): Promise<string> => (await findContact(database, key))!;

describe('a segment on a permission', () => {
  const address = 'ana@example.com';
  const grant = async (key: string, actor: 'recipient' | 'api' = 'api') => {
    const contact = await idOf(key);
    await database.transaction((tx) =>
      recordPermission(tx, {
        contact,
        topic: 'news',
        act: 'granted',
        actor,
        way: actor === 'api' ? 'api' : 'preferences',
        basis: 'consent',
        address,
        source: server,
        evidence: { page: 'https://shop.example' },
        at: world.clock.now(),
      }),
    );
  };
  const leave = async (key: string, topic: string) => {
    const contact = await idOf(key);
    const [source, at] = [await ownSource(database), world.clock.now()];
    const way = 'one-click' as const;
    await database.transaction((tx) =>
      optOut(tx, { contact, address, topic, way, at, source, evidence: {} }),
    );
  };
  /** Whom the ledger and the segment have as granted: the same. */
  const granted = async (version: number, ...keys: string[]): Promise<string[]> => {
    const persons = [...new Set(await Promise.all(keys.map(idOf)))];
    const inLedger: string[] = [];
    for (const person of persons) {
      const lineage = await lineageOf(database, person);
      const standings = await standingsOf(database, lineage);
      const all = lineage.map(
        (contact) => standings.get(contact)?.get('news') ?? standings.get(contact)?.get('*'),
      );
      if (mostRestrictive(all)?.state === 'granted') inLedger.push(person);
    }
    expect((await members(version)).sort()).toEqual(inLedger.sort());
    return inLedger;
  };

  it('agrees with the ledger, within one millisecond, through merges, and when they are undone', async () => {
    const version = await author.segment('agreed', { permission: 'news', is: 'granted' });
    await settle(identify({ userId: '1' }), identify({ anonymousId: 'a' }), identify({ userId: '2' }));
    await grant('user:1');
    await settle();
    expect(await granted(version, 'user:1', 'anonymous:a')).toHaveLength(1);
    await leave('user:1', '*');
    await grant('user:1', 'recipient');
    await settle();
    expect(await granted(version, 'user:1', 'anonymous:a')).toHaveLength(1);
    await leave('anonymous:a', 'news');
    await settle(identify({ userId: '1', anonymousId: 'a' }));
    expect(await granted(version, 'user:1')).toHaveLength(0);
    await grant('user:1', 'recipient');
    await settle();
    expect(await granted(version, 'user:1')).toHaveLength(1);
    await leave('user:1', '*');
    await settle(identify({ userId: '2', anonymousId: 'a', timestamp: start - MINUTE }));
    expect(await idOf('anonymous:a')).toBe(await idOf('user:2'));
    expect(await granted(version, 'user:1', 'user:2')).toHaveLength(0);
  });
});

describe('a segment on mails', () => {
  it('counts what people did, and machines where it says so', async () => {
    const people = await author.segment('people', { message: 'opened', sentBy: 'welcome' });
    const anybody = await author.segment('anybody', { message: 'opened', by: 'anybody', within: 'PT5M' });
    const clicked = await author.segment('clicked', { message: 'clicked', link: 'https://shop.example/a' });
    await settle(identify({ userId: '1' }));
    const mail = {
      id: '0193a2b4-0000-8000-8000-000000000001',
      contact: await idOf('user:1'),
      campaign: 'welcome',
      topic: 'news',
      step: 'hello',
      template: 'hello',
      subject: null,
      chain: null,
    };
    const now = world.clock.now();
    const scanner = { by: 'machine', because: 'too-soon' } as const;
    await database.transaction((tx) =>
      tell(tx, [sentFeedback(mail, now), openedFeedback(mail, now, scanner)]),
    );
    await settle();
    const sizes = async () =>
      [await members(people), await members(anybody), await members(clicked)].map((m) => m.length);
    expect(await sizes()).toEqual([0, 1, 0]);
    const link = { number: 1, url: 'https://shop.example/a' };
    await database.transaction((tx) =>
      tell(tx, [
        openedFeedback(mail, now, { by: 'human' }),
        clickedFeedback(mail, now, { by: 'human' }, link),
      ]),
    );
    await settle();
    expect(await sizes()).toEqual([1, 1, 1]);
    passed += 10;
    await settle();
    expect(await sizes()).toEqual([1, 0, 1]);
  });
});

describe('a sample', () => {
  const rule = { sample: 'holdout', percent: 50 };
  const drawn = (contact: string): boolean => {
    const { rule: checked } = parseRule(rule) as { rule: Rule };
    return evaluate(checked, { contact, traits: {}, timeZone: 'UTC', history: [], memberOf: () => false }, 0);
  };

  it('is the same for newcomers and for a segment that is built later, and a merged person keeps the survivor’s', async () => {
    const early = await author.segment('early', rule);
    await settle();
    const users = Array.from({ length: 12 }, (_, n) => `${n + 1}`);
    await settle(...users.map((userId) => identify({ userId })), identify({ anonymousId: 'a' }));
    const late = await author.segment('late', { all: [rule, { not: { event: 'Never Seen' } }] });
    await settle();
    const ids = await Promise.all([...users.map((user) => `user:${user}`), 'anonymous:a'].map(idOf));
    const expected = ids.filter(drawn).sort();
    expect((await members(early)).sort()).toEqual(expected);
    expect((await members(late)).sort()).toEqual(expected);
    await settle(
      ...users.map((userId) => identify({ userId, anonymousId: `b${userId}` })),
      identify({ userId: '3', anonymousId: 'a' }),
    );
    const persons = [...new Set(await Promise.all(users.map((user) => idOf(`user:${user}`))))];
    expect((await members(early)).sort()).toEqual(persons.filter(drawn).sort());
  });
});
