import { KnownContacts } from './known-contacts';

describe('the contacts that keys are known for', () => {
  it('are remembered up to a bound, those asked for lately the longest', () => {
    const most = 2_560;
    const known = new KnownContacts(most);
    known.add('user:kept', '1');
    for (let n = 0; n < 10 * most; n += 1) {
      known.add(`user:${n}`, String(n));
      expect(known.get('user:kept')).toBe('1');
    }
    const left = Array.from({ length: 10 * most }, (_, n) => known.get(`user:${n}`)).filter(Boolean);
    expect(left.length).toBeLessThanOrEqual(most);
    expect(left.length).toBeGreaterThan(most / 3);
    expect(known.get('user:0')).toBeUndefined();
  });
});
