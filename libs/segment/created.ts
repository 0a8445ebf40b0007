import { toIso, type Instant, type JsonObject } from '@entente/kernel';

/** Among the traits, this names the instant at which the contact came to be known: when the first record that named them arrived. */
export const CREATED = '$createdAt';

/** A contact's traits as rules see them that ask when it was created. Whoever sends a trait of that name is not read. */
export const withCreated = (traits: JsonObject, at: Instant): JsonObject => ({
  ...traits,
  [CREATED]: toIso(at),
});
