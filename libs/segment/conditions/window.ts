import { formatDuration, parseDuration, type Duration } from '@entente/kernel';
import { bounds } from '../bounds';
import type { Findings } from '../findings';

const expected = `an ISO 8601 duration of weeks, days, hours, minutes and seconds, up to ${formatDuration(bounds.window)}, such as "P30D" or "PT1H30M"`;
const CALENDAR = /^P[^T]*[YM]/;

/** A window's length in its shortest text. Months and years, whose length differs, are refused. */
export function parseWindow(raw: unknown, path: string, findings: Findings): string | undefined {
  const text = typeof raw === 'string' ? raw : '';
  if (CALENDAR.test(text))
    return findings.add(
      path,
      'calendar',
      'Months and years differ in length: say it in days or weeks.',
      expected,
    );
  const duration = parseDuration(text);
  if (duration === undefined) return findings.add(path, 'duration', 'That is no duration.', expected);
  if (duration === 0 || duration > bounds.window)
    return findings.add(path, 'duration', 'A window is longer than nothing and at most 100 years.', expected);
  return formatDuration(duration);
}

/** The length of a window that `parseWindow` read. */
export const windowOf = (within: string): Duration => parseDuration(within)!;
