import fc from 'fast-check';
import type { JsonObject } from '@entente/kernel';
import { Imports } from '../../../test/support/imports';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import { firstContacts } from '../contact/contacts';
import { hashAddress } from '../permission/addresses';
import { recordPermission } from '../permission/permissions';
import { withAct, type EarlierAct } from './earlier-rows';
import { importProblems } from './import-jobs';
import type { RowProblem } from './read-row';

const header = 'E-mail;Client n°;Compte;News;Offres;Stop';
const columns = { 'E-mail': 'email', 'Client n°': 'crmId', Compte: 'userId' };
const permissions: JsonObject[] = [
  { topic: 'newsletter', grant: { column: 'News', in: ['client', 'double'] }, basis: 'existing-customer' },
  { topic: 'newsletter', grant: { column: 'News', in: ['oui', 'double'] }, basis: 'consent' },
  { topic: 'offers', grant: { column: 'Offres', present: true }, basis: 'consent' },
  { topic: 'newsletter', withdraw: { column: 'Stop', in: ['news', 'double', 'partout'] } },
  { topic: '*', withdraw: { column: 'Stop', in: ['tout', 'partout'] } },
  { topic: 'offers', withdraw: { column: 'Stop', in: ['offres', 'double'] } },
];
const plan: JsonObject = { source: 'crm', dryRun: false, columns, permissions, list: 'customers' };
/** Records that are applied at once. */
const CHUNK = 200;

let test: TestDatabase;
let imports: Imports;
let source: number;
beforeEach(async () => {
  test = await testDatabase();
  await test.database.run(
    `INSERT INTO topic (key, name) VALUES ('newsletter', 'Newsletter'), ('offers', 'Offers')`,
  );
  await test.database.run(`INSERT INTO list (key, name) VALUES ('customers', 'Customers')`);
  const [row] = await test.database.query<{ id: number }>(
    `INSERT INTO source (key, name, trusted, precedence) VALUES ('crm', 'CRM', true, 20) RETURNING id`,
  );
  source = row!.id;
  imports = new Imports(test.database, { id: source, key: 'crm' }, plan, header);
});
afterEach(() => test.close());

interface Line {
  readonly mail?: string | undefined;
  readonly crm?: string | undefined;
  readonly user?: string | undefined;
  readonly news?: string;
  readonly offers?: string;
  readonly stop?: string;
}

const lineOf = ({ mail = '', crm = '', user = '', news = '', offers = '', stop = '' }: Line): string =>
  `${[mail, crm, user, news, offers, stop].join(';')}\r\n`;

/** Each part begins a chunk of its own, but for the last filled up with blank records. */
const fileOf = (parts: readonly (readonly Line[])[]): string =>
  parts
    .map((lines, part) => {
      const blank = part < parts.length - 1 ? CHUNK - lines.length : 0;
      return lines.map(lineOf).join('') + lineOf({}).repeat(blank);
    })
    .join('');

const told = (problems: readonly RowProblem[]) =>
  problems.map(({ row, column, code, message }) => ({ row, column: column ?? null, code, message }));

/** Counts a file, imports it, and gives the counts when both say the same. */
async function countTwice(text: string): Promise<JsonObject> {
  const foreseen = await imports.preview(text);
  const job = await imports.bringIn(text);
  const counts = await imports.counts(job);
  expect(foreseen.counts).toEqual(counts);
  const problems = await importProblems(test.database, job, { limit: 10_000 });
  expect(told(foreseen.problems)).toEqual(told(problems));
  return counts;
}

/** Makes one key's person part of another's, unless that would make a chain. */
const merge = (key: string, survivor: string) =>
  test.database.run(
    `INSERT INTO lineage (contact_id, survivor_id, since)
     SELECT a.contact_id, b.contact_id, now() FROM identity a, identity b
     WHERE a.key = $1 AND b.key = $2 AND a.contact_id <> b.contact_id
     AND NOT EXISTS (SELECT FROM lineage l WHERE l.contact_id IN (a.contact_id, b.contact_id) OR l.survivor_id = a.contact_id)`,
    [key, survivor],
  );

async function haveAddress(key: string, address: string): Promise<void> {
  const hash = await hashAddress(test.database, address);
  await test.database.run(
    `INSERT INTO profile (contact_id, email, email_hash) SELECT contact_id, $2, $3 FROM identity WHERE key = $1
     ON CONFLICT (contact_id) DO UPDATE SET email = excluded.email, email_hash = excluded.email_hash`,
    [key, address, hash],
  );
}

/** What the recipient says, who alone can lift a withdrawal. */
async function say(key: string, act: 'confirmed' | 'withdrawn', topic: string, address: string) {
  const contact = (await firstContacts(test.database, [key])).get(key);
  const lifts = act === 'confirmed';
  if (!contact || (lifts && topic === '*')) return;
  const basis = lifts ? 'consent' : 'none';
  const about = { contact, topic, address, act, basis, actor: 'recipient', source, at: Date.now() } as const;
  await test.database.transaction((tx) =>
    recordPermission(tx, { ...about, way: 'preferences', evidence: {} }),
  );
}

const ana = 'ana@example.com';
const bob = 'bob@example.com';
const cleo = 'cleo@example.com';

it('a dry run leaves no trace', async () => {
  await imports.preview(fileOf([[{ mail: ana, crm: '1', news: 'oui' }], [{ mail: ana, stop: 'tout' }]]));
  for (const table of ['identity', 'outbox', 'permission', 'job', 'suppression', 'address', 'list_member'])
    expect(await test.database.query(`SELECT 1 FROM ${table}`)).toEqual([]);
});

it('a dry run remembers few acts of one person and topic, however many addresses a file has for them', () => {
  const plan = { topic: 'newsletter', act: 'granted' } as EarlierAct['plan'];
  const acts = Array.from({ length: 10 }, (_, row) => ({ row, plan, address: `a${row}@example.com` }));
  const kept = acts.reduce<readonly EarlierAct[]>((all, act) => withAct(all, act), []);
  expect(kept.map(({ row }) => row)).toEqual([7, 8, 9]);
});

describe('a dry run counts as the import does', () => {
  it('one person under two numbers', async () => {
    const first = [
      { mail: ana, crm: '1', news: 'oui' },
      { mail: bob, crm: '3', news: 'oui', stop: 'news' },
    ];
    const second = [
      { mail: ana, crm: '2', news: 'oui' },
      { mail: bob, crm: '4', news: 'oui', stop: 'news' },
      { mail: bob, crm: '5', news: 'oui' },
    ];
    expect(await countTwice(fileOf([first, second]))).toMatchObject({ grants: 2, withdrawals: 2 });
  });

  it('a grant to an address that an earlier withdrawal named, though it stood', async () => {
    const first = [
      { mail: ana, crm: '1', stop: 'news' },
      { mail: bob, crm: '1', stop: 'news' },
    ];
    const counts = await countTwice(fileOf([first, [{ mail: bob, crm: '2', news: 'oui' }]]));
    expect(counts).toMatchObject({ withdrawals: 1, grants: 0, problems: 1 });
  });

  it('a grant to an address that a withdrawal of its own chunk named, though it stood since an earlier one', async () => {
    const second = [
      { mail: bob, crm: '1', stop: 'news' },
      { mail: bob, crm: '2', news: 'oui' },
    ];
    const counts = await countTwice(fileOf([[{ mail: ana, crm: '1', stop: 'news' }], second]));
    expect(counts).toMatchObject({ withdrawals: 1, grants: 0, problems: 1 });
  });

  it('a repeated grant after a withdrawal of its own chunk', async () => {
    const granted = { mail: ana, crm: '1', news: 'oui' };
    const counts = await countTwice(fileOf([[granted], [{ mail: ana, crm: '1', stop: 'news' }, granted]]));
    expect(counts).toMatchObject({ grants: 1, withdrawals: 1, problems: 1 });
  });

  it('a withdrawal of a refused row whose key an earlier chunk made known', async () => {
    const counts = await countTwice(fileOf([[{ crm: '1' }], [{ mail: 'wrong', crm: '1', stop: 'news' }]]));
    expect(counts).toMatchObject({ created: 1, refused: 1, withdrawals: 1 });
  });

  it('the rows of one person under two keys', async () => {
    await imports.bringIn(lineOf({ mail: ana, crm: '1' }));
    await test.database.run('DELETE FROM list_member');
    await merge(`email:${ana}`, 'crm:1');
    const counts = await countTwice(fileOf([[{ crm: '1', stop: 'news' }], [{ mail: ana, news: 'oui' }]]));
    expect(counts).toMatchObject({ withdrawals: 1, grants: 0, problems: 1, joined: 1 });
  });

  it('a grant to an address that an earlier withdrawal covered without naming it', async () => {
    await imports.bringIn(lineOf({ mail: ana, crm: '1', news: 'oui' }));
    const second = [{ mail: ana, crm: '2', news: 'oui' }];
    const counts = await countTwice(fileOf([[{ crm: '1', stop: 'news' }], second]));
    expect(counts).toMatchObject({ withdrawals: 1, grants: 0, problems: 1 });
  });

  it('a grant without an address, for the one that its person has', async () => {
    await imports.bringIn(lineOf({ crm: '1' }));
    await haveAddress('crm:1', ana);
    const counts = await countTwice(
      fileOf([[{ mail: ana, crm: '2', stop: 'news' }], [{ crm: '1', news: 'oui' }]]),
    );
    expect(counts).toMatchObject({ withdrawals: 1, grants: 0, problems: 1 });
  });

  it('a withdrawal that covers what the file granted before, and not what that had replaced', async () => {
    await imports.bringIn(lineOf({ mail: ana, crm: '1', news: 'oui' }));
    const rows = [
      [{ mail: bob, crm: '1', news: 'oui' }],
      [{ crm: '1', stop: 'news' }],
      [{ crm: '1' }, { mail: ana, crm: '2', news: 'oui' }, { mail: bob, crm: '3', news: 'oui' }],
    ];
    expect(await countTwice(fileOf(rows))).toMatchObject({ grants: 2, withdrawals: 1, problems: 1 });
  });

  it('a better basis for an address to which the file had come back with a lesser one', async () => {
    await imports.bringIn(lineOf({ mail: ana, crm: '1', news: 'oui' }));
    const rows = [
      [{ mail: bob, crm: '1', news: 'client' }],
      [{ mail: ana, crm: '1', news: 'client' }],
      [{ mail: ana, crm: '1', news: 'oui' }],
    ];
    expect(await countTwice(fileOf(rows))).toMatchObject({ grants: 3 });
  });

  it('a confirmation that grants for two other addresses had replaced', async () => {
    await imports.bringIn(fileOf([[{ crm: '1' }, { mail: cleo, user: '1', news: 'oui' }]]));
    await say('crm:1', 'confirmed', 'newsletter', ana);
    await merge('user:1', 'crm:1');
    const rows = [bob, cleo, ana, ana].map((mail) => [{ mail, crm: '1', news: 'oui' }]);
    expect(await countTwice(fileOf(rows))).toMatchObject({ grants: 3 });
  });

  it('a withdrawal that stood for one of two contacts', async () => {
    await imports.bringIn(fileOf([[{ mail: ana, crm: '1', stop: 'news' }, { user: '1' }]]));
    await merge('user:1', 'crm:1');
    const rows = [
      [{ mail: bob, crm: '1', stop: 'news' }],
      [{ crm: '1', stop: 'offres' }],
      [{ mail: bob, crm: '2', offers: 'oui' }],
    ];
    expect(await countTwice(fileOf(rows))).toMatchObject({ withdrawals: 1, grants: 0, problems: 1 });
  });

  it('records, not rows, where a file has blank ones', async () => {
    await imports.bringIn(lineOf({ crm: '1' }));
    const rows = [{ mail: ana, crm: '1', news: 'oui' }, ...Array<Line>(CHUNK - 1).fill({})];
    const stop = [{ crm: '1', stop: 'news' }];
    const counts = await countTwice(fileOf([rows, stop, [{ mail: ana, crm: '2', news: 'oui' }]]));
    expect(counts).toMatchObject({ grants: 1, withdrawals: 1, problems: 1 });
  });
});

/** So few people that most keys and addresses are shared; each run has its own. */
const mails = ['m0', 'm1', 'm2'].map((name) => `%${name}@example.com`);
const crms = ['%c0', '%c1', '%c2'];
const users = ['%u0'];
const keys = [
  ...mails.map((mail) => `email:${mail}`),
  ...crms.map((crm) => `crm:${crm}`),
  ...users.map((user) => `user:${user}`),
];
const key = fc.constantFrom(...keys);
const mail = fc.constantFrom(...mails);

/** None, or one of these in so many cases of a hundred. */
const sometimes = (percent: number, ...values: string[]) =>
  fc.oneof(
    { weight: 100 - percent, arbitrary: fc.constant('') },
    { weight: percent, arbitrary: fc.constantFrom(...values) },
  );

const who = { crm: sometimes(65, ...crms), user: sometimes(15, ...users) };
const given = { news: sometimes(85, 'oui', 'oui', 'client', 'double'), offers: sometimes(30, 'oui') };
const taken = fc.constantFrom('news', 'news', 'news', 'offres', 'offres', 'double', 'tout', 'partout');
const anyMail = fc.oneof(mail, fc.constantFrom('', 'wrong'));

/** Withdrawals hold for good: where there are many, nothing is left to be told. */
const line: fc.Arbitrary<Line> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ ...who, ...given, mail }) },
  { weight: 2, arbitrary: fc.record({ ...who, ...given, mail: anyMail }) },
  { weight: 2, arbitrary: fc.record({ ...who, mail: anyMail, stop: taken }) },
  { weight: 1, arbitrary: fc.record({ ...who, ...given, mail: anyMail, stop: taken }) },
);

const wide = { size: 'max' } as const;
const part = fc.array(line, { ...wide, maxLength: 3 });
const parts = fc
  .array(part, { ...wide, minLength: 2, maxLength: 5 })
  .filter((all) => all.some((lines) => lines.length > 0));

/** What happens between two files. */
const happening = fc.oneof(
  fc.record({ is: fc.constant('merge' as const), key, survivor: key }),
  fc.record({ is: fc.constant('address' as const), key, mail }),
  fc.record({
    is: fc.constantFrom('confirmed' as const, 'withdrawn' as const),
    key,
    mail,
    topic: fc.constantFrom('newsletter', 'offers', '*'),
  }),
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

function happen(what: Happening): Promise<unknown> {
  if (what.is === 'merge') return merge(what.key, what.survivor);
  if (what.is === 'address') return haveAddress(what.key, what.mail);
  return say(what.key, what.is, what.topic, what.mail);
}

const step = fc.record({ happenings: fc.array(happening, { ...wide, maxLength: 5 }), parts });
/** The same few files each time, unless these say otherwise. */
const RUNS = Number(process.env.ENTENTE_DRY_RUNS ?? 40);
const SEED = Number(process.env.ENTENTE_DRY_RUN_SEED ?? 1);

it('a dry run counts what the import then does', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { ...wide, minLength: 1, maxLength: 3 }), async (steps) => {
      run += 1;
      const own = JSON.parse(JSON.stringify(steps).replaceAll('%', `r${run}`)) as typeof steps;
      for (const { happenings, parts: file } of own) {
        for (const what of happenings) await happen(what);
        await countTwice(fileOf(file));
      }
    }),
    { numRuns: RUNS, seed: SEED, endOnFailure: true },
  );
}, 600_000);
