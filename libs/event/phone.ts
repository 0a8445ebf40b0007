/** What people put between the digits of a phone number; `(0)` is the trunk prefix that is not dialed from abroad. */
const SEPARATORS = /\(0\)|[ \u00a0\u202f().\-/]/g;
const INTERNATIONAL = /^(?:\+|00)([1-9]\d{6,14})$/;

/** A phone number as E.164 (`+33612345678`), or undefined when it is none: without a country code nobody can be called. */
export function normalizePhone(text: string): string | undefined {
  if (text.length > 40) return undefined;
  const match = INTERNATIONAL.exec(text.replace(SEPARATORS, ''));
  return match ? `+${match[1]}` : undefined;
}
