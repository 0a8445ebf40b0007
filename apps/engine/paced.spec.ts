import { Bustle, paced } from './paced';

describe('work at a bounded share of the time', () => {
  /** `others`: how much of that time the stream and the timers worked. */
  const after = (took: number, { more = true, share = 0.5, busy = true, others = 1 }) => {
    let now = 0;
    const bustle = new Bustle();
    const work = async () => {
      now += took;
      if (busy) bustle.note(others * took);
      return more;
    };
    return paced({ share, idle: 500, bustle }, work, () => now)();
  };

  it('rests in proportion to how long each piece took', async () => {
    expect(await after(80, { share: 0.5 })).toBe(80);
    expect(await after(80, { share: 0.25 })).toBe(240);
    expect(await after(1, { share: 0.25 })).toBe(3);
  });

  it('rests less where there is little to leave time for', async () => {
    expect(await after(80, { share: 0.25, others: 0.125 })).toBe(80);
    expect(await after(80, { share: 0.25, others: 0.2 })).toBe(240);
    expect(await after(80, { share: 0.25, others: 3 })).toBe(240);
    expect(await after(80, { share: 0.25, others: 0 })).toBe(0);
  });

  it('does not rest where there is nobody to leave time for', async () => {
    expect(await after(80, { busy: false })).toBe(0);
  });

  it('rests as an idle one where there is nothing more to do', async () => {
    expect(await after(80, { more: false })).toBe(500);
  });
});
