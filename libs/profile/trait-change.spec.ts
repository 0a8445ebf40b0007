import type { JsonObject } from '@entente/kernel';
import { toldOf } from './company';
import { traitChangeOf, type TraitEvent } from './trait-change';

const own = 1;
const event = (more: Partial<TraitEvent>): TraitEvent => ({
  type: 'track',
  name: 'Company Changed',
  source: own,
  at: 9,
  message: 'm',
  properties: {},
  ...more,
});

describe('traitChangeOf', () => {
  it('is what an identify call sets, at its own place in event order', () => {
    const properties: JsonObject = { plan: 'pro' };
    expect(
      traitChangeOf(event({ type: 'identify', name: 'Identified', source: 7, properties }), own),
    ).toEqual({
      source: 7,
      at: 9,
      message: 'm',
      values: properties,
    });
  });

  it('is the company that Entente itself tells of, at the place of the group event', () => {
    const joined = { company: 'acme', at: 5, message: 'j' };
    const properties = toldOf(joined, { id: 'acme', version: 2, view: { plan: 'pro' } });
    const change = traitChangeOf(event({ properties }), own);
    expect(change).toMatchObject({ source: own, at: 5, values: { company: { id: 'acme', plan: 'pro' } } });
    expect(traitChangeOf(event({ properties, source: 7 }), own)).toBeUndefined();
  });

  it('is nothing for other events', () => {
    expect(traitChangeOf(event({ name: 'Order Completed' }), own)).toBeUndefined();
    expect(traitChangeOf(event({ type: 'group', name: 'Group Joined', source: 7 }), own)).toBeUndefined();
  });
});
