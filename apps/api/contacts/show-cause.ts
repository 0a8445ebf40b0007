import { toIso, type JsonObject } from '@entente/kernel';

/** What started somebody in a campaign, with its instant as this API shows them, and without what only tells one cause from another. */
export function showCause({ change: _, at, ...cause }: JsonObject): JsonObject {
  return { ...cause, ...(typeof at === 'number' && { at: toIso(at) }) };
}
