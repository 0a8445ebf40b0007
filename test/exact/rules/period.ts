import fc from 'fast-check';
import { toIso } from '@entente/kernel';
import type { Scale } from '../scale';
import { units, window } from './comparison';

/** A fixed point about where events happen: an instant or a day. */
const marks = ({ start, tick }: Scale): fc.Arbitrary<string> =>
  fc.integer({ min: -2, max: 24 }).chain((n) => {
    const instant = toIso(start + n * tick);
    return fc.constantFrom(instant, instant.slice(0, 10));
  });

function pairs(scale: Scale): fc.Arbitrary<unknown> {
  const { windows: exact, calendars, start, tick } = scale;
  const ordered = (length: number): fc.Arbitrary<[number, number]> =>
    fc.tuple(fc.nat(length - 1), fc.nat(length - 1)).filter(([a, b]) => a < b);
  const exactPairs = ordered(exact.length).map(([a, b]) => [exact[b]!.text, exact[a]!.text]);
  const instants = ordered(24).map((pair) => pair.map((n) => toIso(start + n * tick)));
  const days = fc
    .constantFrom(-1, 0, 1)
    .chain((first) =>
      fc
        .integer({ min: 1, max: 3 })
        .map((length) => [first, first + length].map((day) => toIso(start + day * 86_400_000).slice(0, 10))),
    );
  const calendarPairs = ordered(Math.max(2, calendars.length)).map(([a, b]) => [
    { calendar: calendars[b] },
    { calendar: calendars[a] },
  ]);
  return fc.oneof(exactPairs, instants, days, ...(calendars.length > 1 ? [calendarPairs] : []));
}

/** A period as a condition's fields, or none. */
export const periods = (scale: Scale): fc.Arbitrary<object> =>
  fc.oneof(
    fc.constant({}),
    window(scale).map((within) => ({ within })),
    window(scale).map((before) => ({ before })),
    marks(scale).map((before) => ({ before })),
    marks(scale).map((after) => ({ after })),
    units(0).map((during) => ({ during })),
    pairs(scale).map((between) => ({ between })),
  );
