import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import { forgetDeletedMemberships } from './forget-memberships';
import { countMembers, sizesOf } from './segment-sizes';
import { deleteSegment } from './segments';

const contacts = 10_000;
/** Members of the versions 1 to 3. */
const members = [100, 2_500, contacts];
let test: TestDatabase;

beforeAll(async () => {
  test = await testDatabase();
  const { database } = test;
  await database.run(
    `INSERT INTO contact (id, version, created_at, clock) SELECT n, 1, now(), now() FROM generate_series(1, ${contacts}) AS n`,
  );
  for (const [index, size] of members.entries()) {
    await database.run(`INSERT INTO segment (key, name) VALUES ($1, $1)`, [`s${index + 1}`]);
    await database.run(
      `INSERT INTO segment_version (id, segment_key, version, rule, status) OVERRIDING SYSTEM VALUE VALUES ($1, $2, 1, '{}', 'live')`,
      [index + 1, `s${index + 1}`],
    );
    await database.run(
      `INSERT INTO membership (contact_id, version_id, since)
       SELECT ${contacts} * n / $1::int, $2::int, now() FROM generate_series(1, $1::int) AS n`,
      [size, index + 1],
    );
  }
});
afterAll(() => test.close());

it('counts few members, and tells of many from those of a sample', async () => {
  const sizes = await sizesOf(test.database, [1, 2, 3, 4], { counted: 100, drawn: 1_000 });
  const exactly = (size: number) => ({ estimate: size, low: size, high: size });
  expect([sizes.get(1), sizes.get(4)]).toEqual([exactly(100), exactly(0)]);
  const { estimate, low, high } = sizes.get(2)!;
  // Five standard deviations: once in two million runs it is further off.
  expect(Math.abs(estimate - 2_500)).toBeLessThan(5 * 137);
  expect(low).toBeGreaterThan(100);
  expect(low).toBeLessThan(estimate);
  expect(high).toBeGreaterThan(estimate);
  expect(sizes.get(3)).toMatchObject({ estimate: contacts, high: contacts });
  expect(sizes.get(3)!.low).toBeLessThan(contacts);
  expect((await sizesOf(test.database, [2])).get(2)).toEqual(exactly(2_500));
  expect(await sizesOf(test.database, [])).toEqual(new Map());
});

it('deletes the memberships of a deleted segment afterwards, a piece at a time', async () => {
  const { database } = test;
  await database.transaction((tx) => deleteSegment(tx, 's3'));
  expect(await countMembers(database, 3)).toBe(contacts);
  let pieces = 0;
  while (await database.transaction((tx) => forgetDeletedMemberships(tx))) pieces += 1;
  expect(pieces).toBe(3);
  expect(await Promise.all([1, 2, 3].map((version) => countMembers(database, version)))).toEqual([
    100, 2_500, 0,
  ]);
});
