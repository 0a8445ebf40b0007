import type { IdentityKey } from '@entente/event';
import type { Instant, Uuid } from '@entente/kernel';

/** An event's word that two keys are one person's. */
export interface IdentityLink {
  readonly a: IdentityKey;
  readonly b: IdentityKey;
  /** `claim` never joins two users; `alias` (of a trusted source) and `operator` may. */
  readonly kind: 'claim' | 'alias' | 'operator';
  readonly at: Instant;
  readonly message: Uuid;
}

/** Keys of one person. A key that would join more (a shared kiosk, a placeholder address) is nobody's: its link is ignored. */
export const MOST_KEYS = 200;

interface Group {
  readonly keys: IdentityKey[];
  hasUser: boolean;
}

/**
 * Who is one person with whom: each key's root, the strongest key of its group.
 * 1. The order of the links in the input does not matter: they are taken in event order.
 * 2. Two `user:` keys are in one group only if an alias or an operator joined them, so a device belongs to the user of its
 *    earliest link.
 * 3. No group has more than `MOST_KEYS` keys.
 */
export function resolveIdentities(links: readonly IdentityLink[]): Map<IdentityKey, IdentityKey> {
  const groups = new Map<IdentityKey, Group>();
  const since = new Map<IdentityKey, number>();
  [...links].sort(byEventOrder).forEach((link, order) => {
    for (const key of [link.a, link.b].sort(byText)) {
      if (!groups.has(key)) groups.set(key, { keys: [key], hasUser: isUser(key) });
    }
    if (!join(groups, link)) return;
    for (const key of [link.a, link.b]) if (!since.has(key)) since.set(key, order);
  });
  return rootsOf(groups, since);
}

/** Puts the smaller group into the larger; false when the two may not be one. */
function join(groups: Map<IdentityKey, Group>, link: IdentityLink): boolean {
  const [a, b] = [groups.get(link.a)!, groups.get(link.b)!];
  if (a === b) return true;
  if (a.hasUser && b.hasUser && link.kind === 'claim') return false;
  if (a.keys.length + b.keys.length > MOST_KEYS) return false;
  const [into, from] = a.keys.length < b.keys.length ? [b, a] : [a, b];
  for (const key of from.keys) groups.set(key, into);
  into.keys.push(...from.keys);
  into.hasUser ||= from.hasUser;
  return true;
}

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

const isUser = (key: IdentityKey): boolean => key.startsWith('user:');
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Event order; links of one event by their kind and keys. */
const byEventOrder = (x: IdentityLink, y: IdentityLink): number =>
  x.at - y.at || byText(x.message, y.message) || byText(x.kind, y.kind) || byText(pairOf(x), pairOf(y));

const pairOf = ({ a, b }: IdentityLink): string => [a, b].sort(byText).join('\n');
