import { mayEnter, startedBy, type Campaign } from './campaign';
import { causeKey, type Cause } from './cause';
import type { Known } from './known';
import { parseCampaign } from './parse-campaign';

const known: Known = {
  topic: () => true,
  from: () => true,
  template: () => true,
  segment: () => true,
  teller: () => true,
  list: () => true,
};
const campaignOf = (change: object): Campaign => {
  const steps = [{ id: 'mail', send: 'x' }];
  const parsed = parseCampaign(
    { topic: 't', from: 'f', triggers: [{ segment: 's' }], steps, ...change },
    known,
  );
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.campaign;
};
const order: Cause = {
  kind: 'event',
  name: 'Order Completed',
  message: 'm-1',
  properties: { total: 60 },
  at: 0,
};

describe('startedBy', () => {
  it('asks each trigger', () => {
    const campaign = campaignOf({
      triggers: [{ segment: 'loyal' }, { permission: 'granted', topic: 'news' }],
    });
    expect(startedBy(campaign, { kind: 'entered', segment: 'loyal', change: '1', at: 0 })).toBe(true);
    expect(startedBy(campaign, { kind: 'entered', segment: 'other', change: '1', at: 0 })).toBe(false);
    expect(
      startedBy(campaign, { kind: 'permission', act: 'granted', topic: 'news', entry: '4-1', at: 0 }),
    ).toBe(true);
    expect(
      startedBy(campaign, { kind: 'permission', act: 'confirmed', topic: 'news', entry: '4-1', at: 0 }),
    ).toBe(false);
    expect(startedBy(campaign, order)).toBe(false);
  });

  it('tells leaving from entering', () => {
    const change = { segment: 'loyal', change: '1', at: 0 };
    const entering = campaignOf({ triggers: [{ segment: 'loyal', on: 'entered' }] });
    const leaving = campaignOf({ triggers: [{ segment: 'loyal', on: 'left' }] });
    expect(startedBy(entering, { kind: 'entered', ...change })).toBe(true);
    expect(startedBy(entering, { kind: 'left', ...change })).toBe(false);
    expect(startedBy(leaving, { kind: 'left', ...change })).toBe(true);
    expect(startedBy(leaving, { kind: 'entered', ...change })).toBe(false);
  });

  it('filters events as a segment does', () => {
    const campaign = campaignOf({ triggers: [{ event: 'Order Completed', where: { total: { gt: 50 } } }] });
    expect(startedBy(campaign, order)).toBe(true);
    expect(startedBy(campaign, { ...order, properties: { total: 50 } })).toBe(false);
    expect(startedBy(campaign, { ...order, properties: { total: 'lots' } })).toBe(false);
    expect(startedBy(campaign, { ...order, name: 'Order Refunded' })).toBe(false);
  });
});

describe('causeKey', () => {
  it('differs between causes', () => {
    const causes: Cause[] = [
      order,
      { ...order, message: 'm-2' },
      { kind: 'entered', segment: 's', change: '1', at: 0 },
      { kind: 'left', segment: 's', change: '1', at: 0 },
      { kind: 'entered', segment: 's', change: '2', at: 0 },
      { kind: 'permission', act: 'granted', topic: 't', entry: '4-1', at: 0 },
      { kind: 'planned', at: 0 },
      { kind: 'planned', at: 1 },
    ];
    expect(new Set(causes.map(causeKey)).size).toBe(causes.length);
  });
});

describe('mayEnter', () => {
  it.each([
    ['never', [true, false, false]],
    ['after-exit', [true, true, false]],
    ['always', [true, true, true]],
  ] as const)('re-entry %s', (reentry, expected) => {
    const campaign = campaignOf({ reentry });
    const histories = [
      { ever: false, now: false },
      { ever: true, now: false },
      { ever: true, now: true },
    ];
    expect(histories.map((before) => mayEnter(campaign, before))).toEqual(expected);
  });
});
