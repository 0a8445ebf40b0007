import {
  EVERY_TOPIC,
  foldPermission,
  mostRestrictive,
  standingFor,
  verifyChain,
  type Act,
  type Actor,
} from '@entente/consent';
import { feedbackProperties, type FeedbackName } from '@entente/event';
import { toIso, type ContactId, type JsonObject } from '@entente/kernel';
import { explain, parseRule, type Rule } from '@entente/segment';
import fc from 'fast-check';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import {
  audienceFacts,
  gateFacts,
  hashAddress,
  ledgerOf,
  lockAddress,
  optOut,
  recordPermission,
  recordPermissions,
  standingsOf,
  suppressAddress,
  type PermissionRequest,
  type Tx,
} from '..';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

let next = 1000;
async function person(address?: string): Promise<ContactId> {
  const id = String((next += 1));
  const hash = address ? await hashAddress(test.database, address) : null;
  await test.database.run('INSERT INTO profile (contact_id, email, email_hash) VALUES ($1, $2, $3)', [
    id,
    address ?? null,
    hash,
  ]);
  return id;
}

const waysOf = { recipient: 'preferences', import: 'import', api: 'api', operator: 'api' } as const;
const request = (
  contact: ContactId,
  act: Act,
  actor: Actor,
  more: Partial<PermissionRequest> = {},
): PermissionRequest => ({
  contact,
  topic: 'news',
  act,
  actor,
  way: waysOf[actor],
  basis: 'consent' as const,
  source: 2,
  evidence: { page: 'https://shop.example/signup' },
  at: 1_700_000_000_000,
  ...more,
});
const record = (contact: ContactId, act: Act, actor: Actor, more: Partial<PermissionRequest> = {}) =>
  test.database.transaction((tx) => recordPermission(tx, request(contact, act, actor, more)));
const out = (contact: ContactId, address: string, topic = 'news') =>
  test.database.transaction((tx) =>
    optOut(tx, {
      contact,
      address,
      topic,
      way: 'one-click',
      at: 1_700_000_000_000,
      source: 1,
      evidence: {},
    }),
  );
const factsOf = async (contact: ContactId, topic = 'news', tx: Tx = test.database) =>
  (await gateFacts(tx, [{ contact, topic }]))[0]!;
const factsTold = async (contact: ContactId) =>
  (
    await test.database.query<{ name: string; cause?: string }>(
      `SELECT record->>'name' AS name, record->>'cause' AS cause FROM outbox
       WHERE record->'contact'->>0 = $1 ORDER BY id`,
      [`id:${contact}`],
    )
  ).map(({ name, cause }) => (cause ? `${name} (${cause})` : name));

describe('a permission', () => {
  it('is no by default, and holds for the address it was granted for', async () => {
    const ana = await person('ana@example.com');
    expect(await factsOf(ana)).toMatchObject({
      erased: false,
      address: 'ana@example.com',
      suppressions: [],
      permission: { allowed: false, state: 'none' },
    });
    const recorded = await record(ana, 'granted', 'api');
    expect(recorded).toEqual({
      entry: { contact: ana, seq: 1 },
      state: 'granted',
      already: false,
      stood: false,
    });
    expect(await factsOf(ana)).toMatchObject({
      permission: { allowed: true, state: 'granted' },
      entry: { contact: ana, seq: 1 },
    });
    const other = {
      contact: ana,
      topic: 'news',
      addressHash: await hashAddress(test.database, 'b@example.com'),
    };
    expect((await gateFacts(test.database, [other]))[0]).toMatchObject({
      address: null,
      permission: { allowed: false, state: 'granted' },
    });
    expect(await factsTold(ana)).toEqual(['Permission Granted']);
  });

  it('is not written twice when nothing is new', async () => {
    const ana = await person('ana2@example.com');
    await record(ana, 'granted', 'import');
    expect(await record(ana, 'granted', 'import')).toMatchObject({ already: true, entry: { seq: 1 } });
    expect(await factsTold(ana)).toEqual(['Permission Granted (import)']);
  });

  it('needs an address', async () => {
    expect(await record(await person(), 'granted', 'api')).toEqual({ refused: 'no-address' });
  });

  it('once withdrawn, comes back by the recipient only', async () => {
    const ana = await person('ana3@example.com');
    await record(ana, 'granted', 'import');
    await record(ana, 'withdrawn', 'api', { basis: 'none' });
    expect(await record(ana, 'granted', 'import')).toEqual({
      refused: 'withdrawn',
      entry: { contact: ana, seq: 2 },
    });
    expect((await factsOf(ana)).suppressions).toEqual([{ topic: 'news', reason: 'opt-out' }]);
    expect(await record(ana, 'confirmed', 'recipient')).toMatchObject({ state: 'confirmed' });
    expect(await factsOf(ana)).toMatchObject({ suppressions: [], permission: { allowed: true } });
    expect(await factsTold(ana)).toEqual([
      'Permission Granted (import)',
      'Permission Withdrawn',
      'Permission Confirmed',
    ]);
  });
});

describe('an opt-out', () => {
  it('is one effect however often it is asked for at once', async () => {
    const ben = await person('ben@example.com');
    await record(ben, 'granted', 'api');
    const all = await Promise.all(Array.from({ length: 20 }, () => out(ben, 'ben@example.com')));
    expect(all.filter(({ changed }) => changed)).toHaveLength(1);
    expect(await factsTold(ben)).toEqual(['Permission Granted', 'Permission Withdrawn', 'Unsubscribed']);
    expect(await factsOf(ben)).toMatchObject({
      suppressions: [{ topic: 'news', reason: 'opt-out' }],
      permission: { allowed: false, state: 'withdrawn' },
    });
  });

  it('covers another contact with the same address, whom no import brings back', async () => {
    const ben = await person('twin@example.com');
    const twin = await person('twin@example.com');
    await record(twin, 'granted', 'import');
    await out(ben, 'Twin@example.com');
    expect(await factsOf(twin)).toMatchObject({ suppressions: [{ reason: 'opt-out' }] });
    const third = await person('twin@example.com');
    expect(await record(third, 'granted', 'import')).toEqual({ refused: 'suppressed' });
  });

  it('within one import covers the rows after it', async () => {
    const [a, b] = [await person('same@example.com'), await person('same@example.com')];
    const recorded = await test.database.transaction((tx) =>
      recordPermissions(tx, [
        request(a, 'withdrawn', 'import', { address: 'same@example.com' }),
        request(b, 'granted', 'import', { address: 'same@example.com' }),
      ]),
    );
    expect(recorded).toMatchObject([{ state: 'withdrawn' }, { refused: 'suppressed' }]);
  });

  it('of every topic covers topics to come, until the recipient takes single ones', async () => {
    const cy = await person('cy@example.com');
    await record(cy, 'granted', 'api');
    await out(cy, 'cy@example.com', EVERY_TOPIC);
    expect(await record(cy, 'granted', 'import', { topic: 'later' })).toMatchObject({ refused: 'withdrawn' });
    await record(cy, 'granted', 'recipient', { topic: 'offers' });
    expect(await factsOf(cy, 'offers')).toMatchObject({ suppressions: [], permission: { allowed: true } });
    expect(await factsOf(cy, 'news')).toMatchObject({
      suppressions: [{ topic: '*' }],
      permission: { allowed: false },
    });
    await out(cy, 'cy@example.com', EVERY_TOPIC);
    expect((await factsOf(cy, 'offers')).suppressions).toHaveLength(2);
    expect((await factsOf(cy, 'offers')).permission.state).toBe('withdrawn');
    expect((await factsTold(cy)).filter((name) => name === 'Unsubscribed')).toHaveLength(2);
  });

  it('holds for the whole lineage, and a recipient’s grant lifts it there', async () => {
    const [survivor, merged] = [await person('dee@example.com'), await person('dee@example.com')];
    await record(survivor, 'granted', 'import');
    await record(merged, 'withdrawn', 'import', { address: 'dee@example.com' });
    await test.database.run('INSERT INTO lineage (contact_id, survivor_id, since) VALUES ($1, $2, now())', [
      merged,
      survivor,
    ]);
    expect((await factsOf(survivor)).permission).toEqual({ allowed: false, state: 'withdrawn' });
    expect(await record(survivor, 'granted', 'api')).toMatchObject({
      refused: 'withdrawn',
      entry: { contact: merged },
    });
    await record(merged, 'granted', 'recipient');
    expect(await factsOf(merged)).toMatchObject({
      permission: { allowed: true, state: 'granted' },
      entry: { contact: survivor, seq: 2 },
    });
    await out(merged, 'dee@example.com');
    const standings = await standingsOf(test.database, [survivor, merged]);
    expect([...standings.values()].map((own) => own.get('news')?.state)).toEqual(['withdrawn', 'withdrawn']);
  });

  it('does not lift what the address itself did', async () => {
    const eve = await person('eve@example.com');
    await test.database.transaction(async (tx) =>
      suppressAddress(tx, await hashAddress(tx, 'eve@example.com'), 'hard-bounce', {
        at: 0,
        detail: '5.1.1',
      }),
    );
    await record(eve, 'confirmed', 'recipient');
    expect((await factsOf(eve)).suppressions).toEqual([{ topic: '*', reason: 'hard-bounce' }]);
  });
});

describe('an audience', () => {
  it('is asked about at once', async () => {
    const [yes, no, none] = [await person('f1@example.com'), await person('f2@example.com'), await person()];
    await record(yes, 'granted', 'api');
    const facts = await audienceFacts(test.database, [no, yes, none], 'news');
    expect([no, yes, none].map((contact) => facts.get(contact)?.permission.allowed)).toEqual([
      false,
      true,
      false,
    ]);
    expect(facts.get(none)?.address).toBeNull();
  });
});

describe('promise 6: the ledger', () => {
  it('is sound, and its fold is what is stored, after any acts', async () => {
    const anyRequest = fc.record(
      {
        who: fc.nat({ max: 2 }),
        topic: fc.constantFrom<string>('news', 'offers', EVERY_TOPIC),
        act: fc.constantFrom<Act>('granted', 'confirmed', 'withdrawn', 'paused', 'objected'),
        actor: fc.constantFrom<Actor>('recipient', 'import', 'api', 'operator'),
        address: fc.constantFrom('g1@example.com', 'g2@example.com'),
        claimedAt: fc.constantFrom(1_600_000_000_000, 1_650_000_000_000),
      },
      { requiredKeys: ['who', 'topic', 'act', 'actor', 'address'] },
    );
    // What stands for every topic stays as it is, and one that was granted since ends.
    const own = { who: 0, actor: 'recipient', address: 'g1@example.com' } as const;
    const overruled = [
      { ...own, topic: EVERY_TOPIC, act: 'objected' },
      { ...own, topic: 'news', act: 'granted' },
      { ...own, topic: EVERY_TOPIC, act: 'withdrawn' },
    ] as const;
    await fc.assert(
      fc.asyncProperty(fc.array(anyRequest, { minLength: 1, maxLength: 12 }), fc.nat(), async (list, cut) => {
        const people = [await person('g1@example.com'), await person(), await person('g2@example.com')];
        const all = list.map(({ who, ...more }) => request(people[who]!, more.act, more.actor, more));
        for (const part of [all.slice(0, cut % all.length), all.slice(cut % all.length)]) {
          await test.database.transaction((tx) => recordPermissions(tx, part));
          await test.database.run(
            'INSERT INTO lineage (contact_id, survivor_id, since) VALUES ($1, $2, now()) ON CONFLICT DO NOTHING',
            [people[1], people[0]],
          );
        }
        await expectSound(people);
        await expectTold(people);
        await expectOrigins(people);
      }),
      { numRuns: 25, examples: [[[...overruled], 0]] },
    );
  });

  it('refuses to be changed by the application', async () => {
    await expect(test.database.run(`UPDATE permission SET act = 'granted'`)).rejects.toThrow(
      /permission denied/,
    );
    await expect(test.database.run('DELETE FROM permission')).rejects.toThrow(/permission denied/);
  });
});

async function expectSound(contacts: ContactId[]): Promise<void> {
  const entries = await ledgerOf(test.database, contacts);
  const stored = await standingsOf(test.database, contacts);
  const heads = await test.database.query<{ contact_id: string; seq: number; hash: Buffer }>(
    'SELECT contact_id, seq, hash FROM permission_head WHERE contact_id = ANY($1::bigint[])',
    [contacts],
  );
  for (const contact of contacts) {
    const own = entries.filter((entry) => entry.contact === contact);
    expect(
      verifyChain(
        own,
        heads.find((head) => head.contact_id === contact),
      ),
    ).toBeUndefined();
    expect(new Map([...(stored.get(contact) ?? [])].sort())).toEqual(
      new Map([...foldPermission(own)].sort()),
    );
  }
}

/** A rule on permission, over what was told of some contacts, says what their ledgers amount to: of each, and of all as one person. */
async function expectTold(contacts: ContactId[]): Promise<void> {
  const standings = await standingsOf(test.database, contacts);
  for (const persons of [...contacts.map((contact) => [contact]), contacts])
    for (const topic of ['news', 'offers', 'later']) {
      const all = persons.map((contact) => standingFor(standings.get(contact) ?? new Map(), topic));
      const state = mostRestrictive(all)?.state ?? 'none';
      const says = await saysOf(persons, topic);
      expect([topic, says]).toEqual([topic, { state: state === 'objected' ? 'withdrawn' : state }]);
    }
}

/** Whatever is told of an entry says how it came about as the ledger has it, and nothing but what is known to be told. */
async function expectOrigins(contacts: ContactId[]): Promise<void> {
  const entries = new Map(
    (await ledgerOf(test.database, contacts)).map((entry) => [`${entry.contact}:${entry.seq}`, entry]),
  );
  const told = await toldOf(contacts);
  for (const { name, properties } of told.filter(({ name }) => name.startsWith('Permission'))) {
    const { actor, claimedAt, recordedAt } = entries.get(String(properties.entry))!;
    const happened = claimedAt ?? (actor === 'import' ? undefined : recordedAt);
    expect(properties).toMatchObject({ actor, way: waysOf[actor], source: 'api' });
    expect(properties.claimedAt).toEqual(happened && toIso(happened));
    expect(feedbackProperties[name]).toEqual(expect.arrayContaining(Object.keys(properties)));
  }
}

const toldOf = (contacts: ContactId[]) =>
  test.database.query<{ name: FeedbackName; properties: JsonObject }>(
    `SELECT record->>'name' AS name, record->'properties' AS properties FROM outbox
     WHERE record->'contact'->>0 = ANY($1::text[])`,
    [contacts.map((contact) => `id:${contact}`)],
  );

async function saysOf(contacts: ContactId[], topic: string): Promise<unknown> {
  const { rule } = parseRule({ permission: topic, is: 'none' }) as { rule: Rule };
  const told = await toldOf(contacts);
  const history = told.map((one, index) => ({ ...one, at: 0, id: String(index), own: true }));
  const facts = { contact: contacts[0]!, traits: {}, timeZone: 'UTC', history, memberOf: () => false };
  return (explain(rule, facts, 0) as { because: unknown }).because;
}

describe('promise 4: no release after an opt-out was committed', () => {
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  /** What a sender does: locks the address, reads the facts, and commits the release some time later. */
  const release = (contact: ContactId, hash: Buffer, delays: number[]) =>
    test.database.transaction(async (tx) => {
      await pause(delays[0]!);
      await lockAddress(tx, hash);
      const [facts] = await gateFacts(tx, [{ contact, topic: 'news', addressHash: hash }]);
      await pause(delays[1]!);
      if (!facts!.permission.allowed || facts!.suppressions.length > 0) return false;
      await tx.run(
        `INSERT INTO set_aside (consumer, topic, partition, position, key, record, arrival, reason)
        VALUES ('release', 'events', 0, $1, '', '{}', now(), '')`,
        [contact],
      );
      return true;
    });

  it.each(['token', 'api', 'api without address'] as const)('by %s, at any interleaving', async (way) => {
    for (let round = 0; round < 25; round += 1) {
      const mail = `race${way.length}-${round}@example.com`;
      const contact = await person(mail);
      const hash = await hashAddress(test.database, mail);
      await record(contact, 'granted', 'api');
      let committed = false;
      const ended = (async () => {
        await pause(Math.random() * 6);
        if (way === 'token') await out(contact, mail);
        else await record(contact, 'withdrawn', 'api', way === 'api' ? { address: mail } : {});
        committed = true;
        return test.database.query('SELECT FROM set_aside WHERE position = $1', [contact]);
      })();
      const released = (async () => {
        const before = committed;
        const did = await release(contact, hash, [Math.random() * 6, Math.random() * 4]);
        return { before, did };
      })();
      const [atOptOut, { before, did }] = await Promise.all([ended, released]);
      if (before) expect(did).toBe(false);
      // Whatever was released had been committed before the opt-out was.
      expect(atOptOut.length).toBe(did ? 1 : 0);
    }
  });
});
