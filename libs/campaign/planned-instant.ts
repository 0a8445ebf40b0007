import { Fields, type Instant, isObject, parseInstant } from '@entente/kernel';
import { Temporal } from 'temporal-polyfill';

export const EXPECTED_INSTANT =
  'a date-time with an offset (2026-12-03T09:00:00+01:00), or { "local": "2026-12-03T09:00", "zone": "Europe/Paris" }';
const EXPECTED_LOCAL = 'a local date-time such as 2026-12-03T09:00';
export const EXPECTED_ZONE = 'an IANA time zone such as Europe/Paris';
const LOCAL = /^(?:19|20|21)\d{2}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?$/;
const ZONE = /^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/;

/** Reads one planned instant from a field; undefined after it has told every problem. */
export function plannedInstant(fields: Fields, name: string): Instant | undefined {
  const value = fields.value(name);
  if (isObject(value)) return localInstant(value, fields, name);
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  return instant ?? fields.wrong(name, value, EXPECTED_INSTANT);
}

/** Reads the IANA time zone in a field. */
export function timeZone(fields: Fields): string | undefined {
  const zone = fields.text('zone', EXPECTED_ZONE);
  if (zone === undefined) return undefined;
  return ZONE.test(zone) && isTimeZone(zone) ? zone : fields.wrong('zone', zone, EXPECTED_ZONE);
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function localInstant(value: object, parent: Fields, name: string): Instant | undefined {
  const fields = Fields.of(value, parent.at(name), parent.problems, EXPECTED_INSTANT);
  const local = fields?.text('local', EXPECTED_LOCAL);
  const zone = fields && timeZone(fields);
  fields?.refuseOthers();
  if (local === undefined || zone === undefined) return undefined;
  return instantIn(local, zone) ?? fields?.wrong('local', local, EXPECTED_LOCAL);
}

/**
 * The instant at which clocks in a zone show a local time: the earlier one where they show it twice, and the time moved
 * on by the gap where they skip it. Undefined when no calendar has it.
 */
function instantIn(local: string, zone: string): Instant | undefined {
  if (!LOCAL.test(local)) return undefined;
  try {
    const time = Temporal.PlainDateTime.from(local, { overflow: 'reject' });
    return time.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
  } catch {
    return undefined;
  }
}
