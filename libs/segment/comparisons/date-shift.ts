import { toIso, type Json } from '@entente/kernel';
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

type Fields = Readonly<Record<string, Json>>;

/** The end of a window that the date begins, or the beginning of one that it ends: in calendar terms that of a day. */
export const dateShift: Shift = {
  schemas: { plus: refTo('Window'), minus: refTo('Window') },

  parse({ plus, minus }, path: string, findings: Findings) {
    if (plus !== undefined && minus !== undefined)
      return findings.add(path, 'several', 'This is after and before at once.', '"plus" or "minus"');
    const read = (name: string, raw: unknown) =>
      raw === undefined ? {} : { [name]: parseWindow(raw, below(path, name), findings) };
    return { ...read('plus', plus), ...read('minus', minus) } as Fields;
  },

  of(operand) {
    const { plus, minus } = operand as Shifted;
    const window = plus ?? minus;
    if (window === undefined) return (value) => value;
    const { leavesAt, entersAt } = spanOf(window);
    const shifted = plus === undefined ? entersAt : leavesAt;
    return (value, zone) => {
      const date = dateIn(value);
      return date && toIso(shifted(instantOf(date, zone), zone));
    };
  },
};
