import fc from 'fast-check';
import { DAY, HOUR, SECOND } from '@entente/kernel';
import { advance, enroll, type EnrollmentState } from './advance';
import type { Campaign } from './campaign';
import type { Known } from './known';
import { parseCampaign } from './parse-campaign';
import type { Effect, Stimulus } from './steps';

const known: Known = {
  topic: () => true,
  from: () => true,
  template: () => true,
  segment: () => true,
  teller: () => true,
  list: () => true,
};
const campaignOf = (steps: unknown[]): Campaign => {
  const parsed = parseCampaign({ topic: 't', from: 'f', triggers: [{ segment: 's' }], steps }, known);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.campaign;
};
const facts = (holds: boolean): Stimulus => ({ facts: { holds: () => holds } });
const ifBuyer = { segment: 'buyers' };

const welcome = campaignOf([
  { id: 'hello', send: 'welcome-1' },
  { id: 'pause', wait: 'P3D' },
  { id: 'bought', branch: [{ if: ifBuyer, then: 'end' }] },
  { id: 'nudge', send: 'welcome-2@4' },
  { id: 'end', exit: true },
]);

describe('advance', () => {
  it('walks to the first wait, and goes on when it is over', () => {
    const first = advance(welcome, enroll(welcome, 0), facts(false), 0);
    expect(first.effects).toEqual([{ kind: 'send', step: 'hello', visit: 1, template: 'welcome-1' }]);
    expect(first.state).toEqual({
      step: 'pause',
      visits: { hello: 1, pause: 1 },
      status: 'active',
      wakeAt: 3 * DAY,
    });
    const last = advance(welcome, first.state, facts(false), 3 * DAY);
    expect(last.effects).toEqual([
      { kind: 'send', step: 'nudge', visit: 1, template: 'welcome-2', templateVersion: 4 },
    ]);
    expect(last.state).toMatchObject({ step: null, status: 'exited', wakeAt: null });
  });

  it('jumps by the first rule that holds', () => {
    const waiting = advance(welcome, enroll(welcome, 0), facts(true), 0).state;
    expect(advance(welcome, waiting, facts(true), 3 * DAY)).toMatchObject({
      effects: [],
      state: { status: 'exited', visits: { hello: 1, pause: 1, bought: 1, end: 1 } },
    });
  });

  it('does nothing before its time, nor after its end', () => {
    const { state } = advance(welcome, enroll(welcome, 0), facts(false), 0);
    expect(advance(welcome, state, facts(false), 3 * DAY - 1)).toEqual({ state, effects: [] });
    const over = advance(welcome, state, facts(false), 3 * DAY).state;
    expect(advance(welcome, over, facts(false), 9 * DAY)).toEqual({ state: over, effects: [] });
  });

  it('completes when it runs off the last step', () => {
    const campaign = campaignOf([{ id: 'constructor', send: 'a' }]);
    expect(advance(campaign, enroll(campaign, 0), facts(false), 0)).toMatchObject({
      effects: [{ visit: 1 }],
      state: { status: 'completed', visits: { constructor: 1 } },
    });
  });

  it('counts the visits of a loop', () => {
    const campaign = campaignOf([
      { id: 'mail', send: 'a' },
      { id: 'pause', wait: 'PT1H' },
      { id: 'again', branch: [{ if: ifBuyer, then: 'mail' }] },
    ]);
    let state = enroll(campaign, 0);
    const visits: number[] = [];
    for (let now = 0; now < 3 * HOUR; now += HOUR) {
      const step = advance(campaign, state, facts(true), now);
      state = step.state;
      visits.push(...step.effects.map(({ visit }) => visit));
    }
    expect(visits).toEqual([1, 2, 3]);
  });

  it('fails, and sends nothing, when the state names a step that is not there', () => {
    const state: EnrollmentState = { step: 'gone', visits: { gone: 1 }, status: 'active', wakeAt: 0 };
    expect(advance(welcome, state, facts(true), 1)).toMatchObject({
      effects: [],
      state: { status: 'failed', wakeAt: null },
    });
  });
});

/** Steps s0 … sn that refer to each other at random; only those without problems are walked. */
const randomCampaign = fc
  .integer({ min: 1, max: 8 })
  .chain((size) => {
    const target = fc.nat(size - 1).map((position) => `s${position}`);
    const body = fc.oneof(
      fc.constant({ send: 'mail' }),
      fc.integer({ min: 1, max: 100 }).map((seconds) => ({ wait: `PT${seconds}S` })),
      fc
        .array(target, { minLength: 1, maxLength: 3 })
        .map((targets) => ({ branch: targets.map((then) => ({ if: ifBuyer, then })) })),
      fc.constant({ exit: true }),
    );
    const next = fc.option(target, { nil: undefined, freq: 4 });
    return fc.array(fc.tuple(body, next), { minLength: size, maxLength: size });
  })
  .map((bodies) =>
    parseCampaign(
      {
        topic: 't',
        from: 'f',
        triggers: [{ segment: 's' }],
        steps: bodies.map(([body, next], position) => ({
          id: `s${position}`,
          ...body,
          ...(next ? { next } : {}),
        })),
      },
      known,
    ),
  )
  .filter((parsed) => 'campaign' in parsed)
  .map(({ campaign }) => campaign);

const stimuli = fc.array(fc.tuple(fc.nat(120), fc.boolean()), { minLength: 1, maxLength: 40 });

describe('promise 7', () => {
  it('nothing acts early, each visit of a step sends at most once, and no walk is ever stuck', () => {
    fc.assert(
      fc.property(randomCampaign, stimuli, (campaign, given) => {
        const sent = new Set<string>();
        let now = 0;
        let state = enroll(campaign, now);
        for (const [seconds, holds] of given) {
          now += seconds * SECOND;
          const before = structuredClone(state);
          const { state: after, effects } = advance(campaign, state, facts(holds), now);
          expect(state).toEqual(before);
          expect(advance(campaign, before, facts(holds), now)).toEqual({ state: after, effects });
          if (before.wakeAt === null || now < before.wakeAt)
            expect({ after, effects }).toEqual({ after: before, effects: [] });
          expect(after.status === 'active' ? (after.wakeAt ?? 0) > now : after.wakeAt === null).toBe(true);
          expect(after.status).not.toBe('failed');
          for (const { step, visit } of effects as Effect[]) {
            expect(sent.has(`${step} ${visit}`)).toBe(false);
            sent.add(`${step} ${visit}`);
          }
          state = after;
        }
      }),
      { numRuns: 300 },
    );
  });
});
