import { unitsIn, type During } from '../during';
import { quote, type Findings } from '../findings';
import { othersThan, type Comparison } from './comparison';

/** Of the instant of an event a filter says what dates are compared by, and nothing that is still to come. */
export function checkInstant(
  comparison: Comparison,
  path: string,
  findings: Findings,
): Comparison | undefined {
  const others = othersThan('date', comparison);
  const message =
    others.length > 0
      ? `The instant of an event is a date: ${others.map(quote).join(' and ')} cannot compare it so.`
      : 'An event that is still to come has not happened.';
  return others.length > 0 || isAhead(comparison)
    ? findings.mistake(comparison, path, 'instant', message, expected)
    : comparison;
}

const expected =
  'operators that compare dates which have come, such as { "weekday": "saturday" } or { "withinLast": "P30D" }';

/** Whether it asks for what is to come. */
export function isAhead(comparison: Comparison): boolean {
  const { withinNext, during } = comparison as { withinNext?: unknown; during?: During };
  return withinNext !== undefined || (during !== undefined && unitsIn(during).first > 0);
}
