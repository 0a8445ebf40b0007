import { foldPermission, mostRestrictive, type Act, type PermissionAct } from '@entente/consent';
import type { JsonObject } from '@entente/kernel';
import fc from 'fast-check';
import { compileBook, evaluate, explain, parseRule, type HistoryEvent, type Rule } from '.';

const now = Date.UTC(2026, 10, 23, 12);
const ruleOf = (json: unknown): Rule => {
  const read = parseRule(json);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.rule;
};
const found = (json: unknown): string[] => {
  const read = parseRule(json);
  return 'problems' in read ? read.problems.map(({ path, code }) => `${path} ${code}`) : [];
};

let count = 0;
const told = (name: string, properties: JsonObject, own = true): HistoryEvent => ({
  at: now - 1_000 + (count += 1),
  id: String(count).padStart(9, '0'),
  name,
  properties,
  ...(own && { own: true }),
});
const factsOf = (history: readonly HistoryEvent[], contact = '1') => ({
  contact,
  timeZone: 'UTC',
  traits: {},
  history,
  memberOf: () => false,
});
const holds = (json: unknown, history: readonly HistoryEvent[] = []): boolean =>
  evaluate(ruleOf(json), factsOf(history), now);
const because = (json: unknown, history: readonly HistoryEvent[], contact = '1'): unknown => {
  const explained = explain(ruleOf(json), factsOf(history, contact), now);
  return 'because' in explained && explained.because;
};
beforeEach(() => (count = 0));

describe('a list', () => {
  const rule = { list: 'vip' };

  it('has on it whoever was put there last', () => {
    const joined = told('List Joined', { list: 'vip' });
    const left = told('List Left', { list: 'vip' });
    expect(holds(rule)).toBe(false);
    expect(holds(rule, [joined])).toBe(true);
    expect(holds(rule, [left, joined])).toBe(false);
    expect(holds(rule, [joined, left, told('List Joined', { list: 'vip' })])).toBe(true);
    expect(holds(rule, [told('List Joined', { list: 'other' })])).toBe(false);
    expect(because(rule, [joined])).toEqual({ on: true, since: '2026-11-23T11:59:59.001Z' });
  });

  it('is what Entente tells, not what others do', () => {
    expect(holds(rule, [told('List Joined', { list: 'vip' }, false)])).toBe(false);
  });
});

describe('a message', () => {
  const mail = { campaign: 'welcome', template: 'hello', by: 'human' };
  const click = told('Email Clicked', { ...mail, url: 'https://shop.example/a' });

  it.each<[JsonObject, boolean]>([
    [{ message: 'clicked' }, true],
    [{ message: 'clicked', sentBy: 'welcome', template: 'hello', link: 'https://shop.example/a' }, true],
    [{ message: 'clicked', sentBy: 'other' }, false],
    [{ message: 'clicked', link: 'https://shop.example/b' }, false],
    [{ message: 'clicked', within: 'PT1S' }, true],
    [{ message: 'clicked', count: { gte: 2 } }, false],
    [{ message: 'opened' }, false],
  ])('%j', (rule, truth) => expect(holds(rule, [click])).toBe(truth));

  it('is what something came after, as people opened it, told by nobody else', () => {
    const rules = [
      { event: 'Ordered', since: { message: 'clicked', sentBy: 'welcome' } },
      {
        sequence: [
          { message: 'clicked', sentBy: 'welcome' },
          { event: 'Ordered', within: 'PT1H' },
        ],
      },
    ];
    const clicks = [
      told('Email Clicked', mail),
      told('Email Clicked', mail, false),
      told('Email Clicked', { ...mail, by: 'machine' }),
      told('Email Clicked', { ...mail, campaign: 'other' }),
    ];
    const ordered = told('Ordered', {});
    for (const rule of rules) {
      expect(clicks.map((one) => holds(rule, [one, ordered]))).toEqual([true, false, false, false]);
      expect(ruleOf(rule)).toEqual(JSON.parse(JSON.stringify(ruleOf(ruleOf(rule)))));
    }
    expect(ruleOf(rules[0])).toMatchObject({ since: { by: 'people' } });
  });

  it('counts machines where it says so', () => {
    const scanned = told('Email Clicked', { ...mail, by: 'machine' });
    expect(holds({ message: 'clicked' }, [scanned])).toBe(false);
    expect(holds({ message: 'clicked', by: 'anybody' }, [scanned])).toBe(true);
    expect(because({ message: 'clicked', by: 'anybody' }, [scanned, click])).toMatchObject({ count: 2 });
  });

  it('is written one way: sugar expands', () => {
    expect(ruleOf({ message: 'opened' })).toEqual({ message: 'opened', by: 'people', count: { gte: 1 } });
    expect(ruleOf({ message: 'sent' })).toEqual({ message: 'sent', count: { gte: 1 } });
  });

  it('may be of one of several campaigns or templates', () => {
    const sent = (campaign: string) => told('Email Sent', { ...mail, campaign });
    const either = { message: 'sent', sentBy: ['welcome', 'sale'] };
    expect(['welcome', 'sale', 'other'].map((one) => holds(either, [sent(one)]))).toEqual([
      true,
      true,
      false,
    ]);
    expect(ruleOf({ ...either, template: ['b', 'a', 'b'] })).toMatchObject({
      sentBy: ['sale', 'welcome'],
      template: ['a', 'b'],
    });
    expect(ruleOf({ message: 'sent', sentBy: ['sale'] })).toMatchObject({ sentBy: 'sale' });
  });

  it('tells bounces for good from others', () => {
    const bounced = (kind: string) => told('Email Bounced', { ...mail, kind });
    const all = ['hard-address', 'hard-domain', 'soft', 'policy-content', 'expired'].map(bounced);
    const are = (rule: object) => all.map((one) => holds(rule, [one]));
    expect(are({ message: 'bounced', bounce: 'hard' })).toEqual([true, true, false, false, false]);
    expect(are({ message: 'bounced', bounce: 'soft' })).toEqual([false, false, true, true, true]);
    expect(are({ message: 'bounced' })).toEqual([true, true, true, true, true]);
  });

  it('was held back, for this reason or that', () => {
    const withheld = (reason: string) => told('Email Withheld', { ...mail, reason });
    const all = ['no-permission', 'withdrawn', 'expired'].map(withheld);
    const are = (rule: object) => all.map((one) => holds(rule, [one]));
    expect(are({ message: 'withheld', sentBy: 'welcome' })).toEqual([true, true, true]);
    expect(are({ message: 'withheld', sentBy: 'other' })).toEqual([false, false, false]);
    expect(are({ message: 'withheld', reason: 'expired' })).toEqual([false, false, true]);
    expect(are({ message: 'withheld', reason: ['withdrawn', 'no-permission'] })).toEqual([true, true, false]);
    expect(are({ message: 'bounced' })).toEqual([false, false, false]);
    expect(holds({ message: 'withheld' }, [told('Email Withheld', mail, false)])).toBe(false);
    expect(
      ruleOf({ message: 'withheld', reason: ['withdrawn', 'expired', 'withdrawn'], within: 'P7D' }),
    ).toEqual({
      message: 'withheld',
      reason: ['expired', 'withdrawn'],
      within: 'P7D',
      count: { gte: 1 },
    });
    expect(ruleOf({ message: 'withheld', reason: ['soft'] })).toMatchObject({ reason: 'soft' });
  });

  it('is a complaint about it, of whoever it was sent by', () => {
    const complained = told('Email Complained', { ...mail, type: 'abuse' });
    expect(holds({ message: 'complained', sentBy: 'welcome' }, [complained])).toBe(true);
    expect(holds({ message: 'complained', sentBy: 'other' }, [complained])).toBe(false);
    expect(holds({ message: 'unsubscribed' }, [complained])).toBe(false);
    expect(holds({ message: 'complained' }, [click])).toBe(false);
  });

  it('is not made up by others', () => {
    expect(holds({ message: 'sent' }, [told('Email Sent', {}, false)])).toBe(false);
  });
});

describe('a suppressed address', () => {
  const entry = (seq: number, isSo = true, reason = 'hard-bounce', contact = '1'): HistoryEvent =>
    told(isSo ? 'Address Suppressed' : 'Address Cleared', { reason, entry: `${contact}:${seq}` });
  const is = (suppressed: JsonObject[string], history: readonly HistoryEvent[]): boolean =>
    holds({ suppressed }, history);

  it('is so by the last entry of a reason, whenever its entries were told', () => {
    expect(is('hard-bounce', [])).toBe(false);
    expect(is('hard-bounce', [entry(1)])).toBe(true);
    expect(is('hard-bounce', [entry(2, false), entry(1)])).toBe(false);
    expect(is('hard-bounce', [entry(3), entry(2, false)])).toBe(true);
    expect(is('complaint', [entry(1)])).toBe(false);
    expect(is('hard-bounce', [entry(1), entry(2, false, 'complaint')])).toBe(true);
    expect(because({ suppressed: 'any' }, [entry(1), entry(1, true, 'complaint')])).toEqual({
      reasons: ['hard-bounce', 'complaint'],
    });
  });

  it('is so for one of several reasons, or any', () => {
    const complained = [entry(1, true, 'complaint')];
    expect(is('any', complained)).toBe(true);
    expect(is(['complaint', 'operator'], complained)).toBe(true);
    expect(is(['hard-bounce', 'operator'], complained)).toBe(false);
  });

  it('goes by the greatest entry of those of one person, and then by the later contact', () => {
    expect(is('any', [entry(2), entry(1, false, 'hard-bounce', '2')])).toBe(true);
    expect(is('any', [entry(2), entry(2, false, 'hard-bounce', '2')])).toBe(false);
    expect(is('any', [entry(2, true, 'hard-bounce', '10'), entry(2, false, 'hard-bounce', '9')])).toBe(true);
  });

  it('is not made up by others, nor by what is no entry', () => {
    expect(is('any', [told('Address Suppressed', { reason: 'complaint', entry: '1:1' }, false)])).toBe(false);
    expect(is('any', [told('Address Suppressed', { reason: 'complaint', entry: 'x' })])).toBe(false);
  });

  it('is written one way, and for known reasons only', () => {
    expect(ruleOf({ suppressed: ['operator', 'complaint', 'operator'] })).toEqual({
      suppressed: ['complaint', 'operator'],
    });
    expect(ruleOf({ suppressed: ['complaint'] })).toEqual({ suppressed: 'complaint' });
    for (const wrong of [true, 'spam', [], ['any'], ['complaint', 'spam'], null, {}])
      expect(parseRule({ suppressed: wrong } as never)).toHaveProperty('problems');
  });
});

describe('a permission', () => {
  const entry = (state: string, seq: number, topic = 'news', contact = '1'): HistoryEvent =>
    told(state === 'granted' ? 'Permission Granted' : 'Permission Withdrawn', {
      topic,
      entry: `${contact}:${seq}`,
      state,
    });
  const is = (state: string, history: readonly HistoryEvent[]): boolean =>
    holds({ permission: 'news', is: state }, history);

  it('goes by the ledger’s order, whenever its entries were told', () => {
    expect(is('none', [])).toBe(true);
    expect(is('granted', [entry('withdrawn', 2), entry('granted', 1)])).toBe(false);
    expect(is('granted', [entry('confirmed', 3), entry('withdrawn', 2)])).toBe(true);
    expect(is('confirmed', [entry('granted', 1)])).toBe(false);
    expect(is('withdrawn', [entry('objected', 1)])).toBe(true);
    expect(because({ permission: 'news', is: 'granted' }, [entry('granted', 1)])).toEqual({
      state: 'granted',
    });
  });

  it('is ended by an opt-out of every topic, and stands on its own again', () => {
    expect(is('withdrawn', [entry('granted', 1), entry('withdrawn', 2, '*')])).toBe(true);
    expect(is('granted', [entry('withdrawn', 1, '*'), entry('granted', 2)])).toBe(true);
    expect(is('none', [entry('granted', 1, 'other')])).toBe(true);
  });

  it('of any topic is what it is of one at least; none only where there is no entry at all', () => {
    const any = (state: string, history: readonly HistoryEvent[]): boolean =>
      holds({ permission: '*', is: state }, history);
    expect([any('none', []), any('granted', [])]).toEqual([true, false]);
    const two = [entry('withdrawn', 1), entry('granted', 2, 'other')];
    expect([any('granted', two), any('withdrawn', two), any('none', two)]).toEqual([true, true, false]);
    const left = [...two, entry('withdrawn', 3, '*')];
    expect([any('granted', left), any('withdrawn', left)]).toEqual([false, true]);
    expect(any('granted', [...left, entry('granted', 4)])).toBe(true);
    expect(any('granted', [entry('granted', 5), entry('withdrawn', 1, '*', '2')])).toBe(false);
    expect(because({ permission: '*', is: 'granted' }, left)).toEqual({ states: ['withdrawn'] });
  });

  it('is the same without the history, in whatever order entries are told', () => {
    const one = fc.tuple(
      fc.constantFrom('granted', 'confirmed', 'withdrawn', 'paused'),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('news', 'other', '*'),
      fc.constantFrom('1', '2'),
    );
    const asked = ['news', '*'].flatMap((topic) =>
      ['granted', 'confirmed', 'paused', 'withdrawn', 'none'].map((is) => ruleOf({ permission: topic, is })),
    );
    const book = compileBook([], asked);
    fc.assert(
      fc.property(fc.array(one, { maxLength: 6 }), (all) => {
        count = 0;
        const history = all.map((fields) => entry(...fields));
        const subject = { contact: '1', state: book.foldAll(history), traits: {} };
        for (const rule of asked)
          expect(book.holds(rule, subject, now)).toBe(evaluate(rule, factsOf(history), now));
      }),
      { numRuns: 500 },
    );
  });

  it('is the most restrictive of those of one person', () => {
    expect(is('withdrawn', [entry('granted', 5), entry('withdrawn', 1, 'news', '2')])).toBe(true);
  });

  it('is what the fold of the ledger says, entry by entry', () => {
    const acts = fc.constantFrom<Act>('granted', 'confirmed', 'withdrawn', 'paused', 'objected');
    const topics = fc.constantFrom('news', 'other', '*');
    const entries = fc.array(fc.record({ topic: topics, act: acts, of: fc.constantFrom('1', '2') }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(entries, (all) => {
        const ledgers = new Map<string, (PermissionAct & { seq: number })[]>([
          ['1', []],
          ['2', []],
        ]);
        const history: HistoryEvent[] = [];
        for (const { topic, act, of } of all) {
          const ledger = ledgers.get(of)!;
          const next = { topic, act, actor: 'recipient', basis: 'consent', seq: ledger.length + 1 } as const;
          const before = foldPermission(ledger);
          const after = foldPermission([...ledger, next]);
          ledger.push(next);
          for (const [one, { state, seq }] of after)
            if (before.get(one) !== after.get(one))
              history.push(told('Permission Granted', { topic: one, state, entry: `${of}:${seq}` }));
        }
        const stands = [...ledgers.values()].map((ledger) => {
          const folded = foldPermission(ledger);
          return folded.get('news') ?? folded.get('*');
        });
        const state = mostRestrictive(stands)?.state ?? 'none';
        const name = state === 'objected' ? 'withdrawn' : state;
        expect(because({ permission: 'news', is: 'none' }, history)).toEqual({ state: name });
      }),
    );
  });
});

describe('a campaign', () => {
  const entered = () => told('Campaign Entered', { campaign: 'welcome' });
  const left = (reason: string) => told('Campaign Left', { campaign: 'welcome', reason });
  const is = (state: string, history: readonly HistoryEvent[]): boolean =>
    holds({ campaign: 'welcome', is: state }, history);

  it('of any key is any of them', () => {
    const any = (state: string, history: readonly HistoryEvent[]): boolean =>
      holds({ campaign: '*', is: state }, history);
    const other = told('Campaign Entered', { campaign: 'other' });
    expect([any('in', []), any('in', [entered()]), any('been', [other])]).toEqual([false, true, true]);
    expect(any('in', [entered(), other, left('completed')])).toBe(true);
    expect(any('in', [entered(), left('completed')])).toBe(false);
    expect(any('completed', [entered(), left('completed')])).toBe(true);
    const leftOther = told('Campaign Left', { campaign: 'other', reason: 'exited' });
    expect(any('in', [leftOther, entered()])).toBe(true);
    expect(any('in', [entered(), leftOther, left('completed')])).toBe(false);
  });

  it('has in it whoever entered more often than they left', () => {
    expect(is('in', [entered()])).toBe(true);
    expect(is('in', [entered(), left('completed')])).toBe(false);
    expect(is('in', [entered(), entered(), left('merged')])).toBe(true);
    expect(is('been', [entered(), left('exited')])).toBe(true);
    expect(is('completed', [entered(), left('exited')])).toBe(false);
    expect(is('exited', [entered(), left('exited'), entered()])).toBe(true);
    expect(is('been', [told('Campaign Entered', { campaign: 'other' })])).toBe(false);
    expect(because({ campaign: 'welcome', is: 'in' }, [entered(), left('exited')])).toMatchObject({
      entries: 1,
      exits: 1,
      lastExit: { reason: 'exited' },
    });
  });
});

describe('a sample', () => {
  const everybody = Array.from({ length: 20_000 }, (_, id) => String(id + 1));
  const of = (percent: number, seed = 'a'): Set<string> => {
    const rule = ruleOf({ sample: seed, percent });
    return new Set(everybody.filter((contact) => evaluate(rule, factsOf([], contact), now)));
  };

  it('has that share of people, the smaller part of the larger', () => {
    const [small, large] = [of(10), of(20)];
    expect(small.size / everybody.length).toBeCloseTo(0.1, 1.7);
    expect(large.size / everybody.length).toBeCloseTo(0.2, 1.7);
    expect([...small].every((contact) => large.has(contact))).toBe(true);
  });

  it('is drawn anew for another seed', () => {
    const [one, other] = [of(20), of(20, 'b')];
    const both = [...one].filter((contact) => other.has(contact)).length;
    expect(both / everybody.length).toBeCloseTo(0.04, 1.7);
  });

  it('is drawn the same way for good', () => {
    expect(because({ sample: 'holdout-2026', percent: 10 }, [], '17')).toEqual({ place: 18.3731 });
  });

  it('decides for somebody new, of whom nothing is known', () => {
    const book = compileBook([
      { id: 1, segment: 's', status: 'live', rule: ruleOf({ sample: 'a', percent: 10 }) },
    ]);
    const members = everybody.filter(
      (contact) =>
        book.firstChanges({ contact, state: book.emptyState(), traits: {} }, now, []).entered.length > 0,
    );
    expect(new Set(members)).toEqual(of(10));
  });
});

describe('what is wrong with them', () => {
  it.each<[unknown, string[]]>([
    [{ list: '' }, ['rule.list name']],
    [{ list: 'vip', is: 'in' }, ['rule.is unknown-field']],
    [{ message: 'arrived' }, ['rule.message word']],
    [{ message: 'sent', by: 'people' }, ['rule.by out-of-place']],
    [{ message: 'opened', link: 'https://x.example' }, ['rule.link out-of-place']],
    [{ message: 'sent', bounce: 'hard' }, ['rule.bounce out-of-place']],
    [{ message: 'sent', since: { message: 'sent' } }, ['rule.since constant']],
    [{ message: 'sent', since: { message: 'sent', sentBy: 'a' } }, []],
    [{ message: 'sent', since: { message: 'opened' } }, []],
    [{ message: 'bounced', bounce: 'block' }, ['rule.bounce word']],
    [{ message: 'bounced', reason: 'expired' }, ['rule.reason out-of-place']],
    [{ message: 'withheld', bounce: 'hard' }, ['rule.bounce out-of-place']],
    [{ message: 'withheld', reason: 'erased' }, ['rule.reason word']],
    [{ message: 'withheld', reason: ['expired', 7] }, ['rule.reason[1] word']],
    [{ message: 'withheld', reason: [] }, ['rule.reason names']],
    [{ message: 'withheld', since: { message: 'withheld', reason: 'expired' } }, []],
    [{ message: 'withheld', ratio: { to: { message: 'sent' }, gt: 1 } }, []],
    [{ message: 'sent', sentBy: [] }, ['rule.sentBy names']],
    [{ message: 'sent', sentBy: ['a', 7] }, ['rule.sentBy[1] key']],
    [{ message: 'opened', by: 'machines', count: -1 }, ['rule.by word', 'rule.count count']],
    [{ message: 'opened', sentBy: 7, within: 'P1M' }, ['rule.sentBy key', 'rule.within calendar']],
    [{ message: 'opened', where: { a: 1 } }, ['rule.where unknown-field']],
    [{ event: 'X', since: { message: 'arrived' } }, ['rule.since.message word']],
    [{ event: 'X', since: { message: 'sent', where: { a: 1 } } }, ['rule.since.where unknown-field']],
    [{ event: 'X', since: { message: 'sent', event: 'Y' } }, ['rule.since.event unknown-field']],
    [
      {
        sequence: [
          { message: 'sent', within: 'P1D' },
          { message: 'sent', link: 'a', within: 'P1D' },
        ],
      },
      ['rule.sequence[0].within unknown-field', 'rule.sequence[1].link out-of-place'],
    ],
    [{ permission: 'news' }, ['rule.is word']],
    [{ permission: 7, is: 'pending' }, ['rule.permission name', 'rule.is word']],
    [{ campaign: 'welcome', is: 'out' }, ['rule.is word']],
    [{ campaign: '', is: 'in' }, ['rule.campaign key']],
    [{ campaign: 'C 1', is: 'in' }, ['rule.campaign key']],
    [{ message: 'sent', template: 'hello@1' }, ['rule.template key']],
    [{ sample: 'a', percent: 0 }, ['rule.percent percent']],
    [{ sample: 'a', percent: 100 }, ['rule.percent percent']],
    [{ sample: 'a', percent: 0.00001 }, ['rule.percent percent']],
    [{ sample: 'a', percent: '10' }, ['rule.percent percent']],
    [{ sample: '', percent: null }, ['rule.sample name', 'rule.percent percent']],
  ])('%j', (json, problems) => expect(found(json)).toEqual(problems));

  it('takes every percentage of up to four decimals', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), (n) => {
        expect(found({ sample: 'a', percent: n / 10_000 })).toEqual([]);
        expect(found({ sample: 'a', percent: Number(`${n}e-4`) })).toEqual([]);
      }),
    ));
});

it('names lists and topics, for those who must know that they exist', () => {
  const rule = { all: [{ list: 'vip' }, { permission: 'news', is: 'granted' }, { segment: 's' }] };
  expect(parseRule(rule).references).toEqual([
    { to: 'list', key: 'vip', path: 'rule.all[0].list' },
    { to: 'topic', key: 'news', path: 'rule.all[1].permission' },
    { to: 'segment', key: 's', path: 'rule.all[2].segment' },
  ]);
});
