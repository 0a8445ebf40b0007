import type { IdentityKey } from '@entente/event';
import type { Instant, Uuid } from '@entente/kernel';

/** An event's word on whether two keys are one person's. */
export interface IdentityLink {
  readonly a: IdentityKey;
  readonly b: IdentityKey;
  /** `claim` never joins two users; `alias` (of a trusted source) may; `apart` keeps the two from ever being one, until a later alias. */
  readonly kind: 'claim' | 'alias' | 'apart';
  readonly at: Instant;
  readonly message: Uuid;
}

/** Keys of one person. A key that would join more (a shared kiosk, a placeholder address) is nobody's: its link is ignored. */
export const MOST_KEYS = 200;

/** Claims that count of one key, the earliest of them: so a shared device, by itself, never makes a person of too many keys. */
export const MOST_CLAIMS = MOST_KEYS - 1;

interface Group {
  readonly keys: IdentityKey[];
  hasUser: boolean;
}

/**
 * Who is one person with whom: each key's root, the strongest key of its group.
 * 1. The order of the links in the input does not matter: they are taken in event order.
 * 2. Two `user:` keys are in one group only if an alias joined them, so a device belongs to the user of its earliest link.
 * 3. Two keys that were told apart, and not aliased since, are in two groups.
 * 4. No group has more than `MOST_KEYS` keys.
 * 5. A claim counts when it is among the `MOST_CLAIMS` earliest of both its keys.
 */
export function resolveIdentities(links: readonly IdentityLink[]): Map<IdentityKey, IdentityKey> {
  const groups = new Map<IdentityKey, Group>();
  const since = new Map<IdentityKey, number>();
  const apart = toldApart(links);
  for (const key of links.flatMap(({ a, b }) => [a, b])) {
    if (!groups.has(key)) groups.set(key, { keys: [key], hasUser: isUser(key) });
  }
  [...countingLinks(links)].sort(byEventOrder).forEach((link, order) => {
    if (link.kind === 'apart' || !join(groups, link, apart)) return;
    for (const key of [link.a, link.b]) if (!since.has(key)) since.set(key, order);
  });
  return rootsOf(groups, since);
}

/** Leaves out the claims of keys that have too many earlier ones. */
function countingLinks(links: readonly IdentityLink[]): readonly IdentityLink[] {
  const claims = new Map<string, IdentityLink>();
  for (const link of links.filter(({ kind }) => kind === 'claim')) {
    const known = claims.get(pairOf(link));
    if (!known || byEventOrder(link, known) < 0) claims.set(pairOf(link), link);
  }
  const earlier = new Map<IdentityKey, number>();
  const counted = [...claims.values()].sort(byEventOrder).filter(({ a, b }) => {
    const ranks = [a, b].map((key) => earlier.get(key) ?? 0);
    [a, b].forEach((key, end) => earlier.set(key, ranks[end]! + 1));
    return ranks.every((rank) => rank < MOST_CLAIMS);
  });
  return [...counted, ...links.filter(({ kind }) => kind !== 'claim')];
}

/** The pairs that the last word, of a trusted source, says are two persons. */
function toldApart(links: readonly IdentityLink[]): IdentityLink[] {
  const last = new Map<string, IdentityLink>();
  for (const link of [...links].sort(byEventOrder)) if (link.kind !== 'claim') last.set(pairOf(link), link);
  return [...last.values()].filter(({ kind }) => kind === 'apart');
}

/** Puts the smaller group into the larger; false when the two may not be one. */
function join(groups: Map<IdentityKey, Group>, link: IdentityLink, apart: readonly IdentityLink[]): boolean {
  const [a, b] = [groups.get(link.a)!, groups.get(link.b)!];
  if (a === b) return true;
  if (a.hasUser && b.hasUser && link.kind === 'claim') return false;
  if (a.keys.length + b.keys.length > MOST_KEYS) return false;
  if (apart.some((pair) => isBetween(groups.get(pair.a), groups.get(pair.b), a, b))) return false;
  const [into, from] = a.keys.length < b.keys.length ? [b, a] : [a, b];
  for (const key of from.keys) groups.set(key, into);
  into.keys.push(...from.keys);
  into.hasUser ||= from.hasUser;
  return true;
}

const isBetween = (x: Group | undefined, y: Group | undefined, a: Group, b: Group): boolean =>
  (x === a && y === b) || (x === b && y === a);

function rootsOf(groups: Map<IdentityKey, Group>, since: Map<IdentityKey, number>) {
  const rootOf = new Map<Group, IdentityKey>();
  const isStronger = (a: IdentityKey, b: IdentityKey): boolean =>
    (weakness(a) - weakness(b) || (since.get(a) ?? 0) - (since.get(b) ?? 0) || byText(a, b)) < 0;
  for (const group of groups.values())
    if (!rootOf.has(group))
      rootOf.set(
        group,
        group.keys.reduce((a, b) => (isStronger(b, a) ? b : a)),
      );
  return new Map(
    [...groups].sort(([a], [b]) => byText(a, b)).map(([key, group]) => [key, rootOf.get(group)!]),
  );
}

const weaknesses: Record<string, number> = { user: 0, email: 2, phone: 3, anonymous: 4 };
const OTHER = 1;

/** user, then CRM and other ids, then email, phone, anonymous. */
const weakness = (key: IdentityKey): number => {
  const kind = key.slice(0, key.indexOf(':'));
  return Object.hasOwn(weaknesses, kind) ? weaknesses[kind]! : OTHER;
};

export const isUser = (key: IdentityKey): boolean => key.startsWith('user:');
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Event order; links of one event by their kind and keys. */
export const byEventOrder = (x: IdentityLink, y: IdentityLink): number =>
  x.at - y.at || byText(x.message, y.message) || byText(x.kind, y.kind) || byText(pairOf(x), pairOf(y));

const pairOf = ({ a, b }: IdentityLink): string => [a, b].sort(byText).join('\n');
