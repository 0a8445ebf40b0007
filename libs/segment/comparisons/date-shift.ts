import type { Instant, Json } from '@entente/kernel';
import { below, type Findings } from '../findings';
import { refTo } from '../schema/schema';
import { parseWindow, spanOf, type Window } from '../window';
import { dateIn, instantOf } from './date';
import type { Shift } from './other-operand';

/** So long after another date, or so long before. */
interface Shifted {
  readonly plus?: Window;
  readonly minus?: Window;
}

/** A date is compared with the end of a window that the other begins, or with the beginning of one that it ends. */
export const dateShift = (holds: (value: Instant, operand: Instant) => boolean): Shift => ({
  expected: ', so long after it ("plus": "P7D") or before it ("minus")',
  schemas: { plus: refTo('Window'), minus: refTo('Window') },

  parse({ plus, minus }, path: string, findings: Findings) {
    if (plus !== undefined && minus !== undefined)
      return findings.add(path, 'several', 'This is after and before at once.', '"plus" or "minus"');
    const read = (name: string, raw: unknown) =>
      raw === undefined ? {} : { [name]: parseWindow(raw, below(path, name), findings) };
    return { ...read('plus', plus), ...read('minus', minus) } as Readonly<Record<string, Json>>;
  },

  compare(operand) {
    const { plus, minus } = operand as Shifted;
    const window = plus ?? minus;
    if (window === undefined) return undefined;
    const { leavesAt, entersAt, zoneFor } = spanOf(window);
    const shifted = plus === undefined ? entersAt : leavesAt;
    return (value, other, { zone }) => {
      const [date, from] = [dateIn(value), dateIn(other)];
      const own = zoneFor(zone);
      return !!date && !!from && holds(instantOf(date, own), shifted(instantOf(from, own), zone));
    };
  },
});
