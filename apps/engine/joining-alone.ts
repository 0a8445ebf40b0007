import type { IdentityKey } from '@entente/event';
import { isUser } from '@entente/profile';
import { keysJoiningAlone, type ClaimedLink, type Tx } from '@entente/storage';

/** Keys that may join one user in one batch: who has room for so many can take all of them. */
const mostAtOnce = 20;

/**
 * Those of these links, all of them news, by which a key that no other link names comes to a user who stands for a person and has room: it
 * becomes part of that person, and nothing else changes. The user stays the root, which an earlier claim can only confirm; whatever joined
 * it still fits; and what was kept apart names other keys.
 */
export async function linksJoiningAlone(
  tx: Tx,
  links: readonly ClaimedLink[],
): Promise<ReadonlySet<ClaimedLink>> {
  const others = new Map<IdentityKey, Set<IdentityKey>>();
  const note = (key: IdentityKey, other: IdentityKey) =>
    others.set(key, (others.get(key) ?? new Set<IdentityKey>()).add(other));
  for (const { a, b } of links) {
    note(a, b);
    note(b, a);
  }
  const candidates = links.filter((link) => {
    const { key, user } = endsOf(link);
    if (link.kind !== 'claim' || isUser(key) || !isUser(user)) return false;
    return others.get(key)!.size === 1 && others.get(user)!.size <= mostAtOnce;
  });
  const users = new Map(candidates.map(endsOf).map(({ key, user }) => [key, user]));
  const alone = await keysJoiningAlone(tx, users, mostAtOnce);
  return new Set(candidates.filter((link) => alone.has(endsOf(link).key)));
}

const endsOf = ({ a, b }: ClaimedLink): { key: IdentityKey; user: IdentityKey } =>
  isUser(a) ? { key: b, user: a } : { key: a, user: b };
