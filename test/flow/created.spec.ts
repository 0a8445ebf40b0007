import type { Fact } from '@entente/event';
import { DAY, HOUR, toIso, type Instant } from '@entente/kernel';
import { TestApi } from '../support/api';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';

const start = Date.UTC(2026, 0, 5, 9);
const clock = { now: (): Instant => world?.clock.now() ?? start };

let world: EngineWorld | undefined;
let api: TestApi;
let crm: number;
let count = 0;

beforeAll(async () => {
  api = await TestApi.start({ clock });
  world = new EngineWorld(api.test.database, start);
  crm = await new Author(api.test.database).source('crm', true, 50);
  await define('new', { trait: '$createdAt', withinLast: 'P7D' });
  await define('old', { trait: '$createdAt', moreThanAgo: 'P7D' });
  await define('quick', {
    event: 'Order Completed',
    where: { $at: { before: { trait: '$createdAt', plus: 'P2D' } } },
  });
});
afterAll(() => api.close());

async function define(key: string, rule: object): Promise<void> {
  expect((await api.call('PUT', `/segments/${key}`, { rule })).status).toBe(202);
  await world!.passTo(world!.clock.now() + 1);
  await world!.work();
}

const fact = (more: Partial<Fact>): Fact => ({
  v: 1,
  type: 'track',
  name: 'Page Viewed',
  source: crm,
  messageId: `m${(count += 1)}`,
  timestamp: world!.clock.now(),
  ...more,
});

async function happen(at: Instant, ...facts: Partial<Fact>[]): Promise<void> {
  await world!.passTo(at - 1);
  world!.clock.moveTo(at);
  await world!.arrive(...facts.map(fact));
  await world!.readAll();
}

const contact = async (key: string) => (await api.call('GET', `/contacts/${key}`)).body;
const segmentsOf = async (key: string): Promise<string[]> => (await contact(key)).segments;

describe('when a contact was created', () => {
  it('is when the first record of it arrived, whenever that was lived, and moves segments by itself', async () => {
    const came = start + DAY;
    await happen(came, { userId: 'ana', timestamp: came - 30 * DAY });
    expect((await contact('user:ana')).createdAt).toBe(toIso(came));
    expect(await segmentsOf('user:ana')).toEqual(['new']);
    await happen(came + DAY, { userId: 'ana', name: 'Order Completed' });
    expect(await segmentsOf('user:ana')).toEqual(['new', 'quick']);
    await world!.passTo(came + 7 * DAY - 1);
    expect(await segmentsOf('user:ana')).toEqual(['new', 'quick']);
    await world!.passTo(came + 7 * DAY);
    expect(await segmentsOf('user:ana')).toEqual(['old', 'quick']);
  });

  it('is that of the first of the contacts that turn out to be one person, and their own again when they part', async () => {
    const [device, user] = [start + 10 * DAY, start + 20 * DAY];
    await happen(device, { anonymousId: 'd1' });
    await happen(user, { userId: 'ben' });
    expect(await segmentsOf('user:ben')).toEqual(['new']);
    expect(await segmentsOf('anonymous:d1')).toEqual(['old']);
    await happen(user + HOUR, { userId: 'ben', anonymousId: 'd1' });
    expect(await segmentsOf('user:ben')).toEqual(['old']);
    expect((await contact('user:ben')).createdAt).toBe(toIso(device));
    const since = await api.call('GET', `/contacts?createdSince=${encodeURIComponent(toIso(user))}`);
    expect(since.body.items.map(({ id }: { id: string }) => id)).not.toContain(
      (await contact('user:ben')).id,
    );
    await happen(user + 2 * HOUR, {
      type: 'alias',
      contact: ['user:ben', 'anonymous:d1'],
      apart: true,
    } as Partial<Fact>);
    expect(await segmentsOf('user:ben')).toEqual(['new']);
    expect(await segmentsOf('anonymous:d1')).toEqual(['old']);
  });

  it('of whom a record names besides is when that record arrived, not when those read with it did', async () => {
    const at = start + 40 * DAY;
    await world!.passTo(at - 1);
    world!.clock.moveTo(at);
    await world!.arrive(fact({ userId: 'one' }), fact({ userId: 'onf' }));
    world!.clock.moveTo(at + HOUR);
    await world!.arrive(fact({ userId: 'cleo', anonymousId: 'd2' }));
    await world!.readAll();
    await happen(at + 2 * HOUR, {
      type: 'alias',
      contact: ['user:cleo', 'anonymous:d2'],
      apart: true,
    } as Partial<Fact>);
    expect((await contact('anonymous:d2')).createdAt).toBe(toIso(at + HOUR));
  });

  it('is found by a build, in a preview, and explained, as of the past too', async () => {
    await define('this-month', { trait: '$createdAt', during: { month: 0 } });
    await define('not-new', { not: { trait: '$createdAt', withinLast: 'P7D' } });
    expect(await segmentsOf('user:ana')).toEqual(['not-new', 'old', 'quick']);
    expect(await segmentsOf('user:cleo')).toEqual(['new', 'this-month']);
    const rule = { trait: '$createdAt', before: toIso(start + 9 * DAY) };
    const preview = await api.call('POST', '/segments/preview', { rule });
    expect(preview.body).toMatchObject({ size: { estimate: 1 }, exact: true });
    const why = (asOf?: Instant) =>
      api.call('POST', '/contacts/user:ana/why', {
        rule: { trait: '$createdAt', withinLast: 'P7D' },
        ...(asOf !== undefined && { asOf: toIso(asOf) }),
      });
    expect((await why()).body.because).toMatchObject({
      value: false,
      because: { found: toIso(start + DAY) },
    });
    expect((await why(start + 2 * DAY)).body.because).toMatchObject({
      value: true,
      changesAt: toIso(start + 8 * DAY),
    });
    expect((await why(start)).body.because).toMatchObject({ value: false, because: { found: null } });
  });

  it('is what a build compares other traits with, also where an index tells when events happened', async () => {
    const at = start + 45 * DAY;
    await happen(
      at,
      { userId: 'fay', name: 'Rarely Done' },
      { type: 'identify', userId: 'fay', traits: { signedUpAt: toIso(start) } },
    );
    await define('signed-up-before', {
      all: [{ event: 'Rarely Done' }, { trait: 'signedUpAt', before: { trait: '$createdAt' } }],
    });
    expect(await segmentsOf('user:fay')).toEqual(['new', 'signed-up-before', 'this-month']);
  });

  it('cannot be said by a trait of that name', async () => {
    const at = start + 50 * DAY;
    await happen(at, { type: 'identify', userId: 'eve', traits: { $createdAt: '2020-01-01T00:00:00Z' } });
    expect(await segmentsOf('user:eve')).toEqual(['new', 'this-month']);
  });

  it.each([
    [{ trait: '$createdAt', eq: '2026-01-01' }, 'rule', 'instant'],
    [{ trait: '$createdAt', exists: true }, 'rule', 'instant'],
    [{ trait: '$createdAt', changedWithin: 'P1D' }, 'rule', 'instant'],
    [{ trait: '$createdAt', withinNext: 'P1D' }, 'rule', 'instant'],
    [{ trait: '$createdAt.year', eq: 1 }, 'rule.trait', 'path'],
  ])('refuses %j', async (rule, path, code) => {
    const { status, body } = await api.call('POST', '/segments/preview', { rule });
    expect(status).toBe(422);
    expect(body.problems).toEqual([expect.objectContaining({ path, code })]);
  });
});
