import { holdsAt, parseRule, wholeRule, type KnownFacts, type Rule } from '.';

const rule = (json: unknown): Rule => (parseRule(json) as { rule: Rule }).rule;
const stored: Record<string, Rule> = {
  buyers: rule({ event: 'Order Completed' }),
  loyal: rule({ all: [{ segment: 'buyers' }, { trait: 'plan', eq: 'paid' }] }),
  unrelated: rule({ event: 'Unrelated' }),
};
const whole = (json: unknown) => wholeRule(rule(json), (segment) => stored[segment]);
const known = (plan: string, ...events: string[]): KnownFacts => ({
  contact: '1',
  timeZone: 'UTC',
  traits: { plan },
  history: events.map((name, at) => ({ name, at, id: name, properties: {} })),
});

describe('a rule with those that it names', () => {
  it('has all of them, through others too, and no more', () => {
    expect([...whole({ not: { segment: 'loyal' } }).named.keys()]).toEqual(['loyal', 'buyers']);
    expect([...whole({ trait: 'a', eq: 1 }).named.keys()]).toEqual([]);
  });

  it('decides memberships by the definition', () => {
    const loyal = whole({ segment: 'loyal' });
    expect(holdsAt(loyal, known('paid', 'Order Completed'), 10)).toBe(true);
    expect(holdsAt(loyal, known('paid', 'Cart Viewed'), 10)).toBe(false);
    expect(holdsAt(loyal, known('free', 'Order Completed'), 10)).toBe(false);
  });

  it('takes a segment that does not exist for one without members', () => {
    expect(holdsAt(whole({ segment: 'nowhere' }), known('paid'), 10)).toBe(false);
    expect(holdsAt(whole({ not: { segment: 'nowhere' } }), known('paid'), 10)).toBe(true);
  });
});
