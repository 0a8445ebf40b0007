import type { Database } from '@entente/storage';
import { writeKeyOf } from './credentials';
import { WriteKeys } from './write-keys';

interface Row {
  role: string;
  sourceId: number | null;
}

/** A database that answers with these keys by their number of reads, or fails. */
function keysOver(answer: () => Promise<Row | undefined>) {
  const clock = { at: 0, now: () => clock.at };
  let reads = 0;
  const query = async () => {
    reads += 1;
    const row = await answer();
    return row ? [row] : [];
  };
  return { clock, keys: new WriteKeys({ query } as unknown as Database, clock), reads: () => reads };
}

const row = (role = 'ingest', sourceId: number | null = 7): Row => ({ role, sourceId });

describe('WriteKeys', () => {
  it('reads a key once for requests of the same moment, and for the seconds after', async () => {
    const { keys, reads, clock } = keysOver(async () => row());
    expect(await Promise.all([keys.sourceOf('k'), keys.sourceOf('k'), keys.sourceOf('k')])).toEqual([
      7, 7, 7,
    ]);
    clock.at = 4_999;
    expect(keys.sourceOf('k')).toBe(7);
    expect(reads()).toBe(1);
  });

  it('notices within five seconds that a key was revoked', async () => {
    const state = { row: row() as Row | undefined };
    const { keys, clock } = keysOver(async () => state.row);
    await keys.sourceOf('k');
    state.row = undefined;
    clock.at = 5_000;
    expect(await keys.sourceOf('k')).toBeUndefined();
  });

  it('remembers wrong keys, and those of other roles as wrong', async () => {
    const { keys, reads } = keysOver(async () => row('admin', null));
    expect([await keys.sourceOf('k'), await keys.sourceOf('k')]).toEqual([undefined, undefined]);
    expect(reads()).toBe(1);
    expect([await keys.sourceOf(''), await keys.sourceOf('x'.repeat(201))]).toEqual([undefined, undefined]);
    expect(reads()).toBe(1);
  });

  it('still takes a key that was right while the database cannot be asked', async () => {
    const state = { isDown: false };
    const { keys, clock } = keysOver(async () => {
      if (state.isDown) throw new Error('down');
      return row();
    });
    await keys.sourceOf('k');
    state.isDown = true;
    clock.at = 60_000;
    expect(await keys.sourceOf('k')).toBe(7);
    await expect(keys.sourceOf('other')).rejects.toThrow('down');
  });

  it('lets nobody take the database by trying keys, nor fill the memory', async () => {
    const { keys, reads } = keysOver(async () => undefined);
    const tried = Array.from({ length: 100 }, async (_, i) => keys.sourceOf(`k${i}`));
    const refused = (await Promise.allSettled(tried)).filter(({ status }) => status === 'rejected');
    expect([reads(), refused.length]).toEqual([8, 92]);
    for (let i = 0; i < 10_100; i += 1) await keys.sourceOf(`n${i}`);
    const before = reads();
    await keys.sourceOf('n0');
    expect(reads()).toBe(before + 1);
  });
});

describe('writeKeyOf', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  it.each([
    [basic('key:'), {}, 'key'],
    [basic('key'), {}, 'key'],
    [`bAsIc ${basic('key:pass').slice(6)}`, { writeKey: 'other' }, 'key'],
    [basic(':'), { writeKey: 'body' }, 'body'],
    ['Bearer x', { writeKey: 'body' }, 'body'],
    [undefined, { writeKey: 'body' }, 'body'],
    [undefined, { writeKey: ['body'] }, ''],
    ['Basic', {}, ''],
    [`Basic ${'A'.repeat(5_000)}`, {}, ''],
  ])('of %j and %j is %j', (header, body, key) => expect(writeKeyOf(header, body)).toBe(key));
});
