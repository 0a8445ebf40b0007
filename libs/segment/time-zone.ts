import type { JsonObject } from '@entente/kernel';
import type { Findings } from './findings';
import { text, type Schema } from './schema/schema';

/** The trait that names a contact's own time zone. */
export const zoneTrait = 'timezone';

const known = new Map<string, boolean>();

/** The zone whose calendar applies to a contact: the IANA name in its trait `timezone`, else the given one. */
export function zoneOf(traits: JsonObject, otherwise: string): string {
  const own = Object.hasOwn(traits, zoneTrait) ? traits[zoneTrait] : undefined;
  return typeof own === 'string' && isTimeZone(own) ? own : otherwise;
}

/** Whether a text is the IANA name of a time zone. */
export function isTimeZone(name: string): boolean {
  if (name.length > 64) return false;
  let is = known.get(name);
  if (is === undefined) {
    is = /^[A-Za-z]/.test(name) && resolves(name);
    if (known.size < 2_000) known.set(name, is);
  }
  return is;
}

/** A zone by which a calendar goes for everybody, whatever a contact's own is. */
export const zoneSchema: Schema = { ...text, example: 'Europe/Paris' };

export const parseZone = (raw: unknown, path: string, findings: Findings): string | undefined =>
  typeof raw === 'string' && isTimeZone(raw)
    ? raw
    : findings.add(
        path,
        'zone',
        'That is no time zone.',
        'the IANA name of one, such as "Europe/Paris" or "UTC"',
      );

function resolves(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
