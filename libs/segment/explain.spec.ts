import { eventsNamed, explain, parseRule, segmentsNamed, traitsNamed, type Rule } from '.';

const rule = (
  parseRule({
    all: [
      { event: 'Order Completed', where: { total: { gt: 50 } }, within: 'P30D' },
      { not: { event: 'Order Completed', count: { gte: 20 } } },
      { any: [{ trait: 'address.city', eq: 'Lyon' }, { segment: 'buyers' }] },
    ],
  }) as { rule: Rule }
).rule;
const now = Date.UTC(2026, 10, 23);

describe('explain', () => {
  it('gives every node its value, and what its conditions looked at', () => {
    const orders = Array.from({ length: 12 }, (_, index) => ({
      at: now - index * 1_000,
      id: `order-${index}`,
      name: 'Order Completed',
      properties: { total: index === 1 ? 60 : 40 },
    }));
    const facts = {
      contact: '1',
      timeZone: 'UTC',
      traits: { address: { city: 'Lille' } },
      history: orders,
      memberOf: () => true,
    };
    const explanation = explain(rule, facts, now);
    expect(explanation).toMatchObject({
      value: true,
      all: [
        {
          value: true,
          condition: { event: 'Order Completed', where: { total: { gt: 50 } } },
          because: { count: 1, events: [{ id: 'order-1', at: '2026-11-22T23:59:59.000Z' }] },
        },
        { value: true, not: { value: false, because: { count: 12 } } },
        {
          value: true,
          any: [
            { value: false, because: { found: 'Lille' } },
            { value: true, because: { member: true } },
          ],
        },
      ],
    });
    expect(JSON.stringify(explanation)).not.toContain('order-10');
  });
});

it('shows the latest events in event order, whatever is measured of them', () => {
  const history = Array.from({ length: 14 }, (_, index) => ({
    at: now - 1_000,
    id: `tie-${String(index).padStart(2, '0')}`,
    name: 'Tie',
    properties: { v: (index * 5) % 14 },
  }));
  const { rule: sum } = parseRule({ event: 'Tie', within: 'P30D', sum: { of: 'v', gt: 1 } }) as {
    rule: Rule;
  };
  const facts = { contact: '1', timeZone: 'UTC', traits: {}, history, memberOf: () => false };
  const { because } = explain(sum, facts, now) as unknown as { because: { events: { id: string }[] } };
  expect(because.events.map(({ id }) => id)).toEqual(
    history
      .slice(-10)
      .reverse()
      .map(({ id }) => id),
  );
});

describe('what a rule names', () => {
  it('is told each once', () => {
    expect(eventsNamed(rule)).toEqual(['Order Completed']);
    expect(traitsNamed(rule)).toEqual(['address']);
    expect(segmentsNamed(rule)).toEqual(['buyers']);
  });
});
