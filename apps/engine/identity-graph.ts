import type { IdentityKey } from '@entente/event';
import { byEventOrder, MOST_CLAIMS, resolveIdentities, type IdentityLink } from '@entente/profile';

/** Known links around some keys, as far as they may decide who those are. */
export interface Surroundings {
  readonly links: readonly IdentityLink[];
  /** Of keys that are shared by too many: the latest claim that counts. */
  readonly bounds: ReadonlyMap<IdentityKey, IdentityLink>;
  /** Keys whose own links are not all at hand: no link to them is followed. */
  readonly beyond: ReadonlySet<IdentityKey>;
}

/** Known links, to which new ones are added one after the other. */
export class IdentityGraph {
  private readonly known = new Map<string, IdentityLink>();
  /** Of each key its claims that count, in event order. */
  private readonly claims = new Map<IdentityKey, IdentityLink[]>();
  private readonly others = new Map<IdentityKey, IdentityLink[]>();

  constructor(private readonly around: Surroundings) {
    for (const link of around.links) this.put(link);
  }

  /** Adds links and gives the root of each key that they may have changed. */
  add(links: readonly IdentityLink[]): Map<IdentityKey, IdentityKey> {
    const changed = links.flatMap((link) => {
      const displaced = this.put(link);
      return this.counts(link) ? [link, ...displaced] : displaced;
    });
    return changed.length === 0 ? new Map() : this.resolve(changed);
  }

  /** Gives the claims that counted until now. */
  private put(link: IdentityLink): IdentityLink[] {
    const pair = pairOf(link);
    const before = this.known.get(pair);
    if (!supersedes(link, before)) return [];
    this.known.set(pair, link);
    return [link.a, link.b].flatMap((key) => {
      if (link.kind === 'claim') return this.putClaim(key, link, before);
      listIn(this.others, key).push(link);
      return [];
    });
  }

  private putClaim(key: IdentityKey, link: IdentityLink, before: IdentityLink | undefined): IdentityLink[] {
    const dropped = putInOrder(listIn(this.claims, key), link, before);
    return dropped.filter((one) => {
      const other = one.a === key ? one.b : one.a;
      return one !== link && this.isNear(one) && this.countsFor(other, one);
    });
  }

  private counts(link: IdentityLink): boolean {
    if (this.known.get(pairOf(link)) !== link || !this.isNear(link)) return false;
    return link.kind !== 'claim' || (this.countsFor(link.a, link) && this.countsFor(link.b, link));
  }

  private isNear(link: IdentityLink): boolean {
    const { beyond, bounds } = this.around;
    return [link.a, link.b].every((key) => !beyond.has(key) && !exceeds(link, bounds.get(key)));
  }

  private countsFor(key: IdentityKey, claim: IdentityLink): boolean {
    const claims = this.claims.get(key)!;
    return claims.length < MOST_CLAIMS || byEventOrder(claim, claims.at(-1)!) <= 0;
  }

  private resolve(changed: readonly IdentityLink[]): Map<IdentityKey, IdentityKey> {
    const ahead = [...new Set(changed.flatMap((link) => [link.a, link.b]))];
    const visited = new Set(ahead);
    const reached = new Set<IdentityLink>();
    for (let key = ahead.pop(); key !== undefined; key = ahead.pop()) {
      for (const link of this.linksOf(key)) {
        if (reached.has(link) || !this.counts(link)) continue;
        reached.add(link);
        const other = link.a === key ? link.b : link.a;
        if (!visited.has(other)) ahead.push(other);
        visited.add(other);
      }
    }
    const roots = resolveIdentities([...reached]);
    for (const key of visited) if (!roots.has(key)) roots.set(key, key);
    return roots;
  }

  private linksOf(key: IdentityKey): IdentityLink[] {
    return [...(this.claims.get(key) ?? []), ...(this.others.get(key) ?? [])];
  }
}

/** Puts a claim in its place, in that of the same pair's later one if there is; gives those that are too many then. */
function putInOrder(
  claims: IdentityLink[],
  claim: IdentityLink,
  before: IdentityLink | undefined,
): IdentityLink[] {
  const old = before ? claims.indexOf(before) : -1;
  if (old >= 0) claims.splice(old, 1);
  const place = claims.findLastIndex((one) => byEventOrder(one, claim) < 0) + 1;
  claims.splice(place, 0, claim);
  return claims.splice(MOST_CLAIMS);
}

const listIn = (lists: Map<IdentityKey, IdentityLink[]>, key: IdentityKey): IdentityLink[] => {
  if (!lists.has(key)) lists.set(key, []);
  return lists.get(key)!;
};

export const pairOf = (link: IdentityLink): string => `${link.a}\n${link.b}\n${link.kind}`;

/** Whether a link is news beside what is known of the same pair and kind: the earliest claim counts, else the last word. */
export function supersedes(link: IdentityLink, known: IdentityLink | undefined): boolean {
  if (!known) return true;
  const earlier = link.at < known.at || (link.at === known.at && link.message < known.message);
  return link.kind === 'claim' ? earlier : !earlier && link.message !== known.message;
}

/** Whether a claim comes after the last one that counts. */
export const exceeds = (link: IdentityLink, bound: IdentityLink | undefined): boolean =>
  link.kind === 'claim' && bound !== undefined && byEventOrder(link, bound) > 0;
