/** Whether a list of addresses and `@domains` (the setting ALLOWED_RECIPIENTS) lets an address be mailed; an empty one lets all. */
export function isAllowedRecipient(allowed: readonly string[], address: string): boolean {
  if (allowed.length === 0) return true;
  const lower = address.toLowerCase();
  const domain = lower.slice(lower.lastIndexOf('@'));
  return allowed.some((entry) => [lower, domain].includes(entry.toLowerCase()));
}
