import fc from 'fast-check';
import type { Duration, JsonObject } from '@entente/kernel';
import { zones, type Scale } from './scale';

/** What happens to one contact, some time after what happened before. */
export type Happening =
  | { readonly after: Duration; readonly traits: JsonObject }
  | {
      readonly after: Duration;
      readonly event: string;
      readonly properties: JsonObject;
      /** How long before its arrival it was lived. */
      readonly late: Duration;
    };

/** The top-level traits that rules read here. */
export const traitNames = ['a', 'b', 'o', 'timezone'] as const;

// Few names and values, so that rules share memories and events pass filters.
export const value = fc.constantFrom<JsonObject[string]>('x', 'y', 1, 2, 0, true, null, ['x'], { r: 1 });

const amount = fc.constantFrom(-1.5, -1, 0.1, 0.2, 0.3, 1, 2, 2.5, 1e-20, 1e20);
const properties = fc.record(
  { p: value, q: fc.oneof(value, fc.record({ r: value })), n: amount },
  { requiredKeys: ['n'] },
);

const timezone = fc.constantFrom<JsonObject[string]>(...zones, 'Nowhere/At_All', 7);
const traits = fc.record({ a: value, b: value, o: fc.record({ c: value }), timezone }, { requiredKeys: [] });

export const happenings = (scale: Scale): fc.Arbitrary<Happening[]> => {
  const ticks = fc.integer({ min: 0, max: 8 }).map((n) => n * scale.tick);
  const event = fc.record({
    after: ticks,
    event: fc.constantFrom('X', 'Y', 'Z'),
    properties,
    late: fc.oneof(fc.constant(0), ticks),
  });
  return fc.array(
    fc.oneof({ arbitrary: event, weight: 5 }, { arbitrary: fc.record({ after: ticks, traits }), weight: 2 }),
    { maxLength: 14 },
  );
};
