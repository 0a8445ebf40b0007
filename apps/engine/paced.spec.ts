import { paced } from './paced';

describe('work at a bounded share of the time', () => {
  const after = (took: number, more: boolean, share: number) => {
    let now = 0;
    const work = async () => {
      now += took;
      return more;
    };
    return paced(share, 500, work, () => now)();
  };

  it('rests in proportion to how long each piece took', async () => {
    expect(await after(80, true, 0.5)).toBe(80);
    expect(await after(80, true, 0.25)).toBe(240);
    expect(await after(1, true, 0.25)).toBe(3);
  });

  it('rests as an idle one where there is nothing more to do', async () => {
    expect(await after(80, false, 0.5)).toBe(500);
  });
});
