import type { Instant } from '@entente/kernel';
import { refTo } from '../schema/schema';
import { zoneTrait } from '../time-zone';
import { parseWindow, spanOf, type Span, type Window } from '../window';
import { dateIn, instantOf } from './date';
import type { Operator } from './operator';

/** The instants at which something is so: from the first on, and before the second. */
type Stretch = readonly [from: Instant, until: Instant];

/** How far a date is from now; anything that is no date compares false. A value is so during one stretch of time. */
function fromNow(stretchOf: (at: Instant, span: Span, zone: string) => Stretch): Operator<Window> {
  const stretcher = (window: Window) => {
    const span = spanOf(window);
    return (value: Parameters<typeof dateIn>[0], zone: string): Stretch | undefined => {
      const date = dateIn(value);
      return date && stretchOf(instantOf(date, span.zoneFor(zone)), span, zone);
    };
  };
  return {
    expected: 'a window, such as "P30D" or { "calendar": "P1M" }',
    schema: refTo('Window'),
    parse: parseWindow,
    test(window) {
      const stretch = stretcher(window);
      return (value, { now, zone }) => {
        const [from, until] = stretch(value, zone) ?? NEVER;
        return from <= now && now < until;
      };
    },
    compares: () => 'date',
    depends: (window, ofInstants) => ({
      onTime: true,
      onTraits: ofInstants && !spanOf(window).byZone ? [] : [zoneTrait],
    }),
    turns(window) {
      const stretch = stretcher(window);
      return (value, { now, zone }) => {
        const [from, until] = stretch(value, zone) ?? NEVER;
        if (from >= until || now >= until) return undefined;
        return now < from ? from : finite(until);
      };
    },
  };
}

const NEVER: Stretch = [Infinity, Infinity];
const finite = (instant: Instant): Instant | undefined => (instant === Infinity ? undefined : instant);

/** Like an event within a window: from its own instant on, until the window has moved past it. */
export const withinLast = fromNow((at, span, zone) => [at, span.leavesAt(at, zone)]);

/** From when the window ahead reaches it, until its own instant. */
export const withinNext = fromNow((at, span, zone) => [span.entersAt(at, zone), at]);

/** From when it is no longer within the last so and so long. */
export const moreThanAgo = fromNow((at, span, zone) => [span.leavesAt(at, zone), Infinity]);
