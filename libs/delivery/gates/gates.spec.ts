import fc from 'fast-check';
import { gates, refusal, type GateFacts } from './index';

const fine: GateFacts = {
  erased: false,
  address: 'ana@example.com',
  suppressions: [],
  permission: { allowed: true, state: 'confirmed' },
  campaign: 'live',
};

describe('refusal', () => {
  it('lets a message through when no gate objects', () => {
    expect(refusal(fine)).toBeUndefined();
    expect(refusal({ ...fine, campaign: 'ended' })).toBeUndefined();
  });

  it.each([
    ['erased', { erased: true }, 'erased'],
    ['address', { address: null }, 'no-address'],
    ['suppressed', { suppressions: [{ topic: '*', reason: 'hard-bounce' }] }, 'hard-bounce'],
    ['permission', { permission: { allowed: false, state: 'none' } }, 'no-permission'],
    ['permission', { permission: { allowed: false, state: 'withdrawn' } }, 'withdrawn'],
    ['permission', { permission: { allowed: false, state: 'granted' } }, 'permission-of-another-address'],
    ['paused', { campaign: 'canceled' }, 'campaign-canceled'],
  ] as const)('is refused by the gate %s (%j)', (gate, change, reason) => {
    expect(refusal({ ...fine, ...change })).toMatchObject({ gate, reason });
  });

  it('makes the messages of a paused campaign wait', () => {
    expect(refusal({ ...fine, campaign: 'paused' })).toEqual({
      gate: 'paused',
      reason: 'campaign-paused',
      waits: true,
    });
  });

  it('refuses whenever a fact is unknown', () => {
    const facts = Object.keys(fine) as (keyof GateFacts)[];
    fc.assert(
      fc.property(fc.subarray(facts, { minLength: 1 }), (unknown) => {
        const partial = Object.fromEntries(
          Object.entries(fine).filter(([key]) => !unknown.includes(key as never)),
        );
        expect(refusal(partial)).toBeDefined();
      }),
    );
  });

  it('asks the gates in order of authority', () => {
    expect(Object.keys(gates)).toEqual(['erased', 'address', 'suppressed', 'permission', 'paused']);
    expect(refusal({ erased: true, address: null })?.gate).toBe('erased');
  });
});
