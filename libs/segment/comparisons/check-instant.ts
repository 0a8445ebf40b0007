import { unitsIn, type During } from '../during';
import { quote, type Findings } from '../findings';
import { othersThan, type Comparison } from './comparison';

const happened = { event: 'an event', change: 'a change', creation: 'a creation' } as const;

/** Of the instant of what has happened a comparison says what dates are compared by, and nothing that is still to come. */
export function checkInstant(
  of: keyof typeof happened,
  comparison: Comparison,
  path: string,
  findings: Findings,
): Comparison | undefined {
  const what = happened[of];
  const others = othersThan('date', comparison);
  const message =
    others.length > 0
      ? `The instant of ${what} is a date: ${others.map(quote).join(' and ')} cannot compare it so.`
      : `${what[0]!.toUpperCase()}${what.slice(1)} that is still to come has not happened.`;
  return others.length > 0 || isAhead(comparison)
    ? findings.mistake(comparison, path, 'instant', message, expected)
    : comparison;
}

const expected =
  'operators that compare dates which have come, such as { "weekday": "saturday" } or { "withinLast": "P30D" }';

/** Whether it asks for what is to come, or for what is not, as everything is that has come. */
function isAhead(comparison: Comparison): boolean {
  const { withinNext, during, isNot } = comparison as {
    withinNext?: unknown;
    during?: During;
    isNot?: Comparison;
  };
  return (
    withinNext !== undefined ||
    (during !== undefined && unitsIn(during).first > 0) ||
    (isNot !== undefined && isAhead(isNot))
  );
}
