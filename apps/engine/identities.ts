import type { IdentityKey } from '@entente/event';
import type { ContactId } from '@entente/kernel';
import { resolveIdentities, type IdentityLink } from '@entente/profile';
import {
  firstContacts,
  linksAround,
  linksBetween,
  lockIdentities,
  type ClaimedLink,
  type Tx,
} from '@entente/storage';
import { linksOf, type Arrival } from './arrivals';
import { StartOver } from './start-over';

/** The links of a batch that change who is who, and everything that hangs on the keys they name. */
export interface IdentityChanges {
  /** By the position of the arrival that claims them. */
  readonly links: ReadonlyMap<bigint, readonly ClaimedLink[]>;
  readonly graph: IdentityGraph;
  /** Every key in reach of a change, and the contact it first resolved to. */
  readonly contacts: ReadonlyMap<IdentityKey, ContactId>;
}

const none: IdentityChanges = { links: new Map(), graph: { add: () => new Map() }, contacts: new Map() };

/** Known links, to which new ones are added one after the other. */
export interface IdentityGraph {
  /** Adds links and gives the root of each key in reach of them. */
  add(links: readonly IdentityLink[]): Map<IdentityKey, IdentityKey>;
}

/** Finds what is new in the links that arrivals claim, and locks every key in reach of that until the transaction ends. */
export async function takeIdentityChanges(tx: Tx, arrivals: readonly Arrival[]): Promise<IdentityChanges> {
  const claimed = arrivals.filter((arrival) => arrival.claims.length > 0);
  if (claimed.length === 0) return none;
  const links = await newLinks(tx, claimed);
  if (links.size === 0) return none;
  const named = [...links.values()].flat().flatMap((link) => [link.a, link.b]);
  const seen = await linksAround(tx, named);
  const keys = [...new Set([...named, ...seen.flatMap((link) => [link.a, link.b])])];
  await lockIdentities(tx, keys);
  const known = await linksAround(tx, named);
  if (known.length !== seen.length) throw new StartOver();
  return { links, graph: graphOf(known), contacts: await firstContacts(tx, keys) };
}

async function newLinks(tx: Tx, arrivals: readonly Arrival[]): Promise<Map<bigint, ClaimedLink[]>> {
  const known = new Map(
    (await linksBetween(tx, arrivals.flatMap(linksOf))).map((link) => [pairOf(link), link]),
  );
  const found = new Map<bigint, ClaimedLink[]>();
  for (const arrival of arrivals) {
    const news = linksOf(arrival).filter((link) => supersedes(link, known.get(pairOf(link))));
    for (const link of news) known.set(pairOf(link), link);
    if (news.length > 0) found.set(arrival.position, news);
  }
  return found;
}

export const pairOf = (link: IdentityLink): string => `${link.a}\n${link.b}\n${link.kind}`;

/** Whether a link is news beside what is known of the same pair and kind: the earliest claim counts, else the last word. */
export function supersedes(link: IdentityLink, known: IdentityLink | undefined): boolean {
  if (!known) return true;
  const earlier = link.at < known.at || (link.at === known.at && link.message < known.message);
  return link.kind === 'claim' ? earlier : !earlier && link.message !== known.message;
}

function graphOf(known: readonly IdentityLink[]): IdentityGraph {
  const pairs = new Map<string, IdentityLink>();
  const neighbors = new Map<IdentityKey, Set<string>>();
  const put = (link: IdentityLink) => {
    const pair = pairOf(link);
    if (supersedes(link, pairs.get(pair))) pairs.set(pair, link);
    for (const key of [link.a, link.b]) {
      if (!neighbors.has(key)) neighbors.set(key, new Set());
      neighbors.get(key)!.add(pair);
    }
  };
  known.forEach(put);
  return {
    add(links) {
      links.forEach(put);
      return resolveIdentities(inReach(links, pairs, neighbors));
    },
  };
}

function inReach(
  from: readonly IdentityLink[],
  pairs: ReadonlyMap<string, IdentityLink>,
  neighbors: ReadonlyMap<IdentityKey, ReadonlySet<string>>,
): IdentityLink[] {
  const reached = new Set<string>();
  const ahead = from.flatMap((link) => [link.a, link.b]);
  const visited = new Set<IdentityKey>(ahead);
  for (let key = ahead.pop(); key !== undefined; key = ahead.pop()) {
    for (const pair of neighbors.get(key) ?? []) {
      reached.add(pair);
      const link = pairs.get(pair)!;
      const other = link.a === key ? link.b : link.a;
      if (!visited.has(other)) ahead.push(other);
      visited.add(other);
    }
  }
  return [...reached].map((pair) => pairs.get(pair)!);
}
