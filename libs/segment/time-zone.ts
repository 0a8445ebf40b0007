import type { JsonObject } from '@entente/kernel';
import { Temporal } from 'temporal-polyfill';
import type { Findings } from './findings';
import { text, type Schema } from './schema/schema';

/** The trait that names a contact's own time zone. */
export const zoneTrait = 'timezone';

/** Anybody may send names that are none. When there are too many, all are forgotten. */
const known = new Map<string, string | undefined>();
const MOST_KNOWN = 2_000;

/** The zone whose calendar applies to a contact: the IANA name in its trait `timezone`, else the given one. */
export function zoneOf(traits: JsonObject, otherwise: string): string {
  const own = Object.hasOwn(traits, zoneTrait) ? traits[zoneTrait] : undefined;
  return zoneNamed(own) ?? otherwise;
}

/** The time zone that a value is the IANA name of, in whatever letter case, by that name as it is spelled. */
export function zoneNamed(name: unknown): string | undefined {
  if (typeof name !== 'string' || name.length > 64 || !/^[A-Za-z]/.test(name)) return undefined;
  if (known.has(name)) return known.get(name);
  const zone = spelled(name);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(name, zone);
  return zone;
}

/** Whether a text is the IANA name of a time zone. */
export const isTimeZone = (name: string): boolean => zoneNamed(name) !== undefined;

/** A zone by which a calendar goes for everybody, whatever a contact's own is. */
export const zoneSchema: Schema = { ...text, example: 'Europe/Paris' };

export const parseZone = (raw: unknown, path: string, findings: Findings): string | undefined =>
  zoneNamed(raw) ??
  findings.add(
    path,
    'zone',
    'That is no time zone.',
    'the IANA name of one, such as "Europe/Paris" or "UTC"',
  );

/** Asks those who reckon with it: what formats dates knows names such as "PST" that no calendar goes by. */
function spelled(name: string): string | undefined {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch {
    return undefined;
  }
}
