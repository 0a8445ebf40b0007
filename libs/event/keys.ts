import { normalizeAddress } from './address';
import type { Fact, IdentityKey } from './fact';
import { normalizePhone } from './phone';

export const userKey = (id: string): IdentityKey => `user:${id}`;
export const anonymousKey = (id: string): IdentityKey => `anonymous:${id}`;

/** `email:<canonical address>`, or undefined when the text is no address. */
export function emailKey(text: string): IdentityKey | undefined {
  const normal = normalizeAddress(text);
  return normal && `email:${normal.address}`;
}

/** `phone:<E.164>`, or undefined when the text is no international phone number. */
export function phoneKey(text: string): IdentityKey | undefined {
  const normal = normalizePhone(text);
  return normal && `phone:${normal}`;
}

/** The key that decides whose fact this is, and where it goes in the stream: userId, else anonymousId, else a reference; a company's own is its id. */
export function strongestKey(fact: Fact): IdentityKey {
  if (fact.userId !== undefined) return userKey(fact.userId);
  if (fact.anonymousId !== undefined) return anonymousKey(fact.anonymousId);
  return fact.contact?.[0] ?? `company:${fact.groupId}`;
}

/** Whether a fact is about a company alone, and so nobody's event. */
export const isOfCompany = ({ type, userId, anonymousId, contact }: Fact): boolean =>
  type === 'group' && userId === undefined && anonymousId === undefined && contact === undefined;

export interface FactKeys {
  readonly own: IdentityKey;
  /** Keys of the same person, says the fact. */
  readonly claims: readonly IdentityKey[];
  /** `alias` may join two users, `claim` never does; `apart` says that they are two persons. */
  readonly kind: 'claim' | 'alias' | 'apart';
}

/**
 * Whose fact it is, and the other keys that it says are the same person's. A source that is not trusted joins only its
 * own devices (anonymous ids): anybody can write somebody's address into a web page.
 */
export function keysOf(fact: Fact, trusted: boolean): FactKeys {
  const own = strongestKey(fact);
  const claims = [...deviceKeys(fact), ...(trusted ? trustedKeys(fact) : NONE)];
  const others = claims.length === 0 ? NONE : [...new Set(claims)].filter((key) => key !== own);
  return { own, claims: others, kind: kindOf(fact, trusted) };
}

const kindOf = ({ type, apart }: Fact, trusted: boolean): FactKeys['kind'] => {
  if (!trusted || type !== 'alias') return 'claim';
  return apart ? 'apart' : 'alias';
};

const NONE: readonly IdentityKey[] = [];

function deviceKeys(fact: Fact): readonly IdentityKey[] {
  if (fact.anonymousId === undefined && fact.type !== 'alias') return NONE;
  const ids = [fact.anonymousId, fact.type === 'alias' ? fact.previousId : undefined];
  return ids.filter((id) => id !== undefined).map(anonymousKey);
}

function trustedKeys(fact: Fact): IdentityKey[] {
  return [...aliasKeys(fact), ...(fact.contact ?? []), ...traitKeys(fact)];
}

/** An alias's previous id may be a user's or a device's: nothing in the spec says which, so it is claimed as both. */
const aliasKeys = ({ type, previousId, anonymousId }: Fact): IdentityKey[] =>
  type === 'alias' && previousId !== undefined && previousId !== anonymousId ? [userKey(previousId)] : [];

/** The address and phone number of a person; the traits of a `group` call are its company's. */
function traitKeys({ type, traits }: Fact): IdentityKey[] {
  if (type !== 'identify' || !traits) return [];
  const keys = [keyOfText(traits.email, emailKey), keyOfText(traits.phone, phoneKey)];
  return keys.filter((key) => key !== undefined);
}

const keyOfText = (
  value: unknown,
  key: (text: string) => IdentityKey | undefined,
): IdentityKey | undefined => (typeof value === 'string' ? key(value) : undefined);
