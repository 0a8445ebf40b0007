import { KnownContacts } from './known-contacts';
import { SeenMessages } from './seen-messages';

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

describe('the messages seen lately', () => {
  const message = (n: number) =>
    `${String(n).padStart(8, '0')}-0000-8000-8000-0000${String(n).padStart(8, '0')}`;
  const events = [1, 2, 3].map((n) => ({ message: message(n) }));

  it('are suspected, and the others not', () => {
    const seen = new SeenMessages();
    seen.add(message(2));
    expect(seen.suspects(events)).toEqual([events[1]]);
  });

  it('are all suspected after one was overlooked, until what is found is what was known', () => {
    const seen = new SeenMessages();
    seen.distrust();
    expect(seen.suspects(events)).toEqual(events);
    seen.compare([events[0]!]);
    expect(seen.suspects(events)).toEqual(events);
    seen.add(message(1));
    seen.compare([events[0]!]);
    expect(seen.suspects(events)).toEqual([events[0]]);
  });
});
