import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import { ShareLeases } from './share-leases';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

const member = (work: string, length = 60_000, shares = 5) =>
  new ShareLeases(test.database, work, shares, randomUUID(), length);
const sorted = (...held: (readonly number[])[]) => held.flat().sort((a, b) => a - b);

it('divides all shares fairly, and again when a member comes or goes', async () => {
  const [a, b] = [member('fair'), member('fair')];
  expect(await a.balance()).toEqual([0, 1, 2, 3, 4]);
  expect(await b.balance()).toEqual([]);
  await a.balance();
  await b.balance();
  expect(Math.abs(a.held().length - b.held().length)).toBe(1);
  expect(sorted(a.held(), b.held())).toEqual([0, 1, 2, 3, 4]);
  await a.dropAll();
  expect(a.held()).toEqual([]);
  expect(sorted(await b.balance())).toEqual([0, 1, 2, 3, 4]);
});

it('keeps different works apart', async () => {
  const [a, b] = [member('left'), member('right')];
  expect(await a.balance()).toHaveLength(5);
  expect(await b.balance()).toHaveLength(5);
  await a.dropAll();
  expect((await b.renew(b.held())).held).toHaveLength(5);
});

it('gives the shares of a dead member to others, and they are lost to it when it wakes', async () => {
  const asleep = member('sleep', 50);
  const heldOnce = await asleep.balance();
  await sleep(100);
  const alive = member('sleep');
  expect(await alive.balance()).toEqual([0, 1, 2, 3, 4]);
  expect(await asleep.renew(heldOnce)).toMatchObject({ held: [], free: [] });
});

it('takes others when somebody was faster with the first', async () => {
  const [a, b] = [member('race'), member('race')];
  expect(await a.take([0, 1], 2)).toEqual([0, 1]);
  expect(await b.take([0, 1, 2, 3, 4], 2)).toEqual([2, 3]);
  await a.drop([1]);
  expect(await b.take([0, 1], 2)).toEqual([1]);
});

it('members that all want everything at once end with fair parts', async () => {
  const members = Array.from({ length: 4 }, () => member('rush', 60_000, 32));
  for (let round = 0; round < 3; round += 1) await Promise.all(members.map((each) => each.balance()));
  expect(members.map((each) => each.held().length)).toEqual([8, 8, 8, 8]);
  expect(new Set(members.flatMap((each) => each.held())).size).toBe(32);
});
