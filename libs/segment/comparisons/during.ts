import { beginningOf, unitAt, zoneFor } from '../calendar-unit';
import { expectedDuring, parseDuring, unitsIn, type During } from '../during';
import { refTo } from '../schema/schema';
import { zoneTrait } from '../time-zone';
import { dateIn, dayIn } from './date';
import type { Operator } from './operator';

/** A date in this, the last or the next day, week, month, quarter or year of the contact's calendar. */
export const during: Operator<During> = {
  expected: expectedDuring,
  schema: refTo('During'),
  parse: parseDuring,

  test(operand) {
    const { unit, first, last } = unitsIn(operand);
    return (value, { now, zone }) => {
      const date = dateIn(value);
      if (!date) return false;
      const ahead = unit.numberOf(dayIn(date, zoneFor(unit, zone))) - unitAt(unit, now, zone);
      return first <= ahead && ahead <= last;
    };
  },

  compares: () => 'date',

  depends: () => ({ onTime: true, onTraits: [zoneTrait] }),

  turns(operand) {
    const { unit, first, last } = unitsIn(operand);
    return (value, { now, zone }) => {
      const date = dateIn(value);
      if (!date) return undefined;
      const own = unit.numberOf(dayIn(date, zoneFor(unit, zone)));
      const present = unitAt(unit, now, zone);
      const next = [own - last, own - first + 1].find((number) => number > present);
      return next === undefined ? undefined : beginningOf(unit, next, zone);
    };
  },
};
