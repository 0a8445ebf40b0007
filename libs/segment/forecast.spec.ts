import { DAY, toIso } from '@entente/kernel';
import { forecast, parseRule, wholeRule, type Rule } from '.';

const now = Date.UTC(2026, 10, 30, 12);

/** Whoever has as many events, each due on a day of its own from the next one on, and one more with the last. */
const known = (many: number) => ({
  contact: '1',
  timeZone: 'UTC',
  traits: {},
  history: [...Array.from({ length: many }, (_, n) => n), many - 1].map((n, place) => ({
    at: now - DAY,
    id: String(place).padStart(4, '0'),
    name: 'Planned',
    properties: { on: toIso(now + (n + 1) * DAY).slice(0, 10) },
  })),
});

describe('a forecast', () => {
  const planned = { event: 'Planned', where: { on: { during: { day: 0 } } }, count: { gte: 2 } };
  const rule = (parseRule(planned) as { rule: Rule }).rule;
  const whole = wholeRule(rule, () => undefined);

  it('finds a change behind many instants that change nothing', () => {
    const { changes, until } = forecast(whole, known(100), now);
    expect(changes.get(rule)).toBe(Date.UTC(2026, 10, 30) + 100 * DAY);
    expect(until).toBeUndefined();
  });

  it('says up to when it looked, where there are too many', () => {
    const { changes, until } = forecast(whole, known(450), now);
    expect(changes.size).toBe(0);
    expect(until).toBe(Date.UTC(2026, 10, 30) + 401 * DAY);
  });

  it('has no such end where nothing more changes', () => {
    expect(forecast(whole, known(0), now).until).toBeUndefined();
  });
});
