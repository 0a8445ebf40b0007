import { budget, costOf, costProblems, parseRule, type Rule } from '.';

const rule = (json: unknown): Rule => (parseRule(json) as { rule: Rule }).rule;
const often = (event: string, gte = 1_000) => ({ event, within: 'P30D', count: { gte } });

describe('what a rule costs', () => {
  it('is nothing kept where only traits and segments count, which are decided when traits are set', () => {
    const traits = rule({ all: [{ trait: 'country', eq: 'FR' }, { segment: 'buyers' }] });
    expect(costOf(traits)).toEqual({ perEvent: 1, event: 'Identified', perContact: 0 });
    expect(costOf(rule({ segment: 'buyers' }))).toEqual({ perEvent: 0, event: null, perContact: 0 });
  });

  it('grows with the instants that a count within a window keeps, and not with a count ever', () => {
    const few = costOf(rule(often('Order Completed', 3)));
    const many = costOf(rule(often('Order Completed', 300)));
    const ever = costOf(rule({ event: 'Order Completed', count: { gte: 1_000_000 } }));
    expect(many.perContact).toBeGreaterThan(50 * few.perContact - 50 * 48);
    expect(many.perEvent).toBeGreaterThan(few.perEvent);
    expect(ever.perContact).toBeLessThan(few.perContact);
  });

  it('reckons with one event a day where every event of a period is kept, and with a year of them at most', () => {
    const spent = (period: object) => costOf(rule({ event: 'A', sum: { of: 'total', gt: 1 }, ...period }));
    const [week, year, decade, ever] = ['P7D', 'P365D', 'P3650D', undefined].map((within) =>
      spent(within ? { within } : {}),
    );
    expect(week!.perContact).toBe(48 + 7 * 16);
    expect(year!.perContact).toBe(48 + 365 * 16);
    expect(decade!.perContact).toBe(48 + 366 * 16);
    expect(ever!.perContact).toBeLessThan(week!.perContact);
  });

  it('keeps what is taken from a sum besides it', () => {
    const sum = (less: object) =>
      costOf(rule({ event: 'A', within: 'P7D', sum: { of: 'n', gt: 1, ...less } })).perContact;
    expect(sum({ less: { event: 'B' } })).toBe(2 * sum({}));
  });

  it('reckons with one completion a day that waits for what must not follow, where more than the first matter', () => {
    const left = (period: object) =>
      costOf(rule({ sequence: [{ event: 'A' }, { not: { event: 'B' }, within: 'P30D' }], ...period }))
        .perContact;
    expect(left({})).toBe(48 + 16);
    expect(left({ before: 'P7D' })).toBe(48 + 16);
    expect(left({ within: 'P7D' })).toBe(48 + (30 + 1) * 16);
    expect(left({ between: ['P7D', 'P1D'] })).toBe(48 + (30 + 7) * 16);
  });

  it('counts what conditions share once, and filters for each event', () => {
    const [once, twice, filtered] = [
      costOf(rule(often('A', 10))),
      costOf(rule({ all: [often('A', 10), { not: { event: 'A', within: 'P7D', count: { gte: 5 } } }] })),
      costOf(rule({ ...often('A', 10), where: { total: { gt: 1 }, country: 'FR' } })),
    ];
    expect(twice.perContact).toBe(once.perContact);
    expect(twice.perEvent).toBe(once.perEvent + 1);
    expect(filtered.perEvent).toBe(once.perEvent + 2);
  });

  it('reckons with ten objects in a list', () => {
    const of = (items: object) => costOf(rule({ event: 'A', where: { items } })).perEvent;
    expect(of({ some: { sku: 'x', price: { gt: 1, lt: 9 } } }) - of({ size: 3 })).toBe(3 * 10 - 1);
  });

  it('is that of the event that causes most', () => {
    expect(costOf(rule({ any: [often('A', 2), often('B', 9), often('C', 5)] })).event).toBe('B');
  });
});

describe('the budget', () => {
  it('has room for every condition by itself', () => {
    const other: object[] = [
      { event: 'A', within: 'P10000D', sum: { of: 'total', gt: 500 } },
      { event: 'A', between: ['P90D', 'P30D'], average: { of: 'total', gt: 5 } },
      { event: 'A', where: { due: { withinNext: 'P7D' } } },
      { event: 'A', regular: { in: 'month', of: 366, gte: 3 } },
      { sequence: [{ event: 'A' }, { event: 'B' }], between: ['P90D', 'P30D'] },
      { sequence: [{ event: 'A' }, { not: { event: 'B' }, within: 'P9999D' }], between: ['P9999D', 'P30D'] },
    ];
    for (const one of [often('A'), ...other]) expect(costProblems(rule(one))).toEqual([]);
    expect(costProblems(rule({ event: 'A', count: { gte: 1_000_000_000 } }))).toEqual([]);
  });

  it('refuses a rule that keeps too much, at the condition that costs most, and says what to do', () => {
    const nodes = [
      { trait: 'a', eq: 1 },
      ...['A', 'B', 'C', 'D'].map((name) => often(name, 999)),
      often('E'),
    ];
    const [problem, ...others] = costProblems(rule({ not: { all: nodes } }));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ path: 'rule.not.all[5]', code: 'cost' });
    expect(problem!.message).toContain('bytes kept of a contact');
    expect(problem!.expected).toContain(String(budget.perContact));
  });

  it('refuses a rule that does too much for one event', () => {
    const any = Array.from({ length: 490 }, (_, index) => ({
      ...often('A', 1),
      where: {
        price: { gt: index },
        ...Object.fromEntries(Array.from({ length: 19 }, (_, n) => [`p${n}`, n])),
      },
    }));
    expect(costProblems(rule({ any })).map(({ path, code }) => [path, code])).toEqual([
      ['rule.any[0]', 'cost'],
    ]);
  });
});
