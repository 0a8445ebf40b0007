import fc from 'fast-check';
import type { Duration, JsonObject } from '@entente/kernel';
import { dated } from './dated';
import { ownEvents } from './own-events';
import { zones, type Scale } from './scale';

/** What happens to one contact, some time after what happened before. */
export type Happening =
  | { readonly after: Duration; readonly traits: JsonObject }
  | {
      readonly after: Duration;
      readonly event: string;
      readonly properties: JsonObject;
      /** Whether Entente itself tells it. */
      readonly own?: true;
      /** Whether it is an identify call, which alone sets traits. */
      readonly identify?: boolean;
      /** How long before its arrival it was lived. */
      readonly late: Duration;
    };

// Few names and values, so that rules share memories and events pass filters.
type Value = JsonObject[string];

const values: Value[] = ['x', 'y', 'Xy', 'X', 1, 2, 0, true, null, ['x'], ['x', 1, 'y'], { r: 1 }];
const versions: Value[] = ['1', 'v1.10', '1.9.9', '2.0.0-beta.10', '2.0'];
const places: Value[] = [
  { lat: 48.85, lng: 2.35 },
  { latitude: 50.63, longitude: 3.06 },
];
const scalar = fc.constantFrom<Value>('x', 'y', 1, 2);

const listOf = (field: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.array(fc.oneof(scalar, fc.record({ r: field, s: scalar }, { requiredKeys: ['s'] })), { maxLength: 3 });

export const value: fc.Arbitrary<Value> = fc.oneof(
  { arbitrary: fc.constantFrom(...values), weight: 11 },
  { arbitrary: fc.constantFrom(...places), weight: 1 },
  { arbitrary: fc.constantFrom(...versions), weight: 1 },
  { arbitrary: listOf(scalar), weight: 2 },
);

const amount = fc.constantFrom(-1.5, -1, 0.1, 0.2, 0.3, 1, 2, 2.5, 1e-20, 1e20);
const properties = (scale: Scale): fc.Arbitrary<JsonObject> => {
  const date = dated(scale);
  const p = fc.oneof(
    { arbitrary: value, weight: 4 },
    { arbitrary: date, weight: 1 },
    { arbitrary: listOf(date), weight: 1 },
  );
  const q = fc.oneof(value, fc.record({ r: value }));
  // What bears a reserved name says nothing.
  const $name = fc.constantFrom('X', 'Y', 5);
  return fc.record({ p, q, 'q.r': value, n: amount, $name }, { requiredKeys: ['n'] });
};

const timezone = fc.constantFrom<JsonObject[string]>(...zones, 'Nowhere/At_All', 'PST', 7);
const nested = fc.oneof(value, fc.record({ c: value }));
const ownTraits = { a: value, b: value, o: nested, 'o.c': value, company: nested, 'company.c': value };
const identified = fc.record(ownTraits, { requiredKeys: [] });

/** Now and then a name that tells who somebody is, or one that stands for all names in rules. */
const name = fc.oneof(
  { arbitrary: fc.constantFrom('X', 'Y', 'Z'), weight: 12 },
  { arbitrary: fc.constantFrom('Aliased', '*'), weight: 1 },
);

export const happenings = (scale: Scale): fc.Arbitrary<Happening[]> => {
  const ticks = fc.integer({ min: 0, max: 8 }).map((n) => n * scale.tick);
  const late = fc.oneof(fc.constant(0), ticks);
  const d = fc.oneof(
    { arbitrary: dated(scale), weight: 5 },
    { arbitrary: fc.oneof(value, listOf(dated(scale))), weight: 1 },
  );
  const traits = fc.record({ ...ownTraits, d, timezone }, { requiredKeys: [] });
  const some = fc.record({ event: name, properties: properties(scale) });
  const event = fc
    .tuple(fc.record({ after: ticks, late }), fc.oneof(some, ownEvents(scale)))
    .map(([when, what]) => ({ ...when, ...what }));
  const identify = fc.record({
    after: ticks,
    event: fc.constant('Identified'),
    identify: fc.constantFrom(true, true, false),
    properties: identified,
    late,
  });
  return fc.array(
    fc.oneof(
      { arbitrary: event, weight: 5 },
      { arbitrary: identify, weight: 2 },
      { arbitrary: fc.record({ after: ticks, traits }), weight: 2 },
    ),
    { maxLength: 14 },
  );
};
