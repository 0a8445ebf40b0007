import { setAside, type Database } from '@entente/storage';
import type { Stream } from '@entente/stream';
import { TestApi } from '../support/api';

let api: TestApi;
let database: Database;
let onAppend: () => Promise<unknown>;

beforeAll(async () => {
  const stream = { partitions: 1, append: () => onAppend(), bounds: async () => new Map() };
  api = await TestApi.start({ stream: stream as unknown as Stream });
  ({ database } = api.test);
});
afterAll(() => api.close());

let position = 0n;
async function oneSetAside(): Promise<string> {
  const place = { consumer: 'engine', topic: 'events', partition: 0, position: (position += 1n) };
  await setAside(database, { ...place, key: 'user:1', value: '{}', arrival: Date.now(), reason: 'test' });
  const [row] = await database.query<{ id: string }>('SELECT id FROM set_aside WHERE position = $1', [
    String(position),
  ]);
  return row!.id;
}
const resolutionOf = async (id: string): Promise<unknown> =>
  (await api.call('GET', `/set-aside/${id}`)).body.resolution;

it('holds no lock while the stream takes a record that is replayed', async () => {
  const id = await oneSetAside();
  onAppend = () => database.query('SELECT FROM set_aside WHERE id = $1 FOR UPDATE NOWAIT', [id]);
  expect((await api.call('POST', `/set-aside/${id}/replay`)).body.resolution).toBe('replayed');
});

it('leaves a record open that the stream did not take', async () => {
  const id = await oneSetAside();
  onAppend = () => Promise.reject(new Error('the stream is away'));
  expect((await api.call('POST', `/set-aside/${id}/replay`)).status).toBeGreaterThanOrEqual(500);
  expect(await resolutionOf(id)).toBeNull();
});

it('lets one of two at once resolve a record', async () => {
  const id = await oneSetAside();
  onAppend = () => Promise.resolve();
  const both = await Promise.all(
    ['replay', 'drop'].map((act) => api.call('POST', `/set-aside/${id}/${act}`)),
  );
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect((await api.call('POST', `/set-aside/${id}/drop`)).status).toBe(409);
  expect((await api.call('POST', '/set-aside/00000000-0000-4000-8000-000000000000/drop')).status).toBe(404);
});
