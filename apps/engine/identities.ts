import type { IdentityKey } from '@entente/event';
import type { ContactId } from '@entente/kernel';
import { byEventOrder, MOST_CLAIMS, type IdentityLink } from '@entente/profile';
import {
  claimBounds,
  firstContacts,
  linksBetween,
  lockIdentities,
  survivorsOf,
  type ClaimedLink,
  type Tx,
} from '@entente/storage';
import { linksOf, type Arrival } from './arrivals';
import { exceeds, IdentityGraph, pairOf, supersedes } from './identity-graph';
import { linksJoiningAlone } from './joining-alone';
import { StartOver } from './start-over';
import { walkIdentities, type Walked } from './walk-identities';

/** Who is who anew once an arrival has been read. */
export interface IdentityChange {
  /** The contacts that are part of somebody else from now on. */
  readonly moved: ReadonlyMap<ContactId, ContactId>;
  /** Whom the arrival's new links name, after that. */
  readonly named: readonly ContactId[];
}

/** The links of a batch that are news, and what they change. */
export interface IdentityChanges {
  readonly links: readonly ClaimedLink[];
  /** By the position of the arrival that claims them. */
  readonly changes: ReadonlyMap<bigint, IdentityChange>;
  /** Of every contact in reach of a change, before the batch. */
  readonly survivors: ReadonlyMap<ContactId, ContactId>;
}

const none: IdentityChanges = { links: [], changes: new Map(), survivors: new Map() };

/** Finds what is new in the links that arrivals claim, and locks every key that it may decide about until the transaction ends. */
export async function takeIdentityChanges(
  tx: Tx,
  arrivals: readonly Arrival[],
  known: ReadonlyMap<IdentityKey, ContactId>,
): Promise<IdentityChanges> {
  const claimed = arrivals.filter((arrival) => arrival.claims.length > 0);
  if (claimed.length === 0) return none;
  const news = await newLinks(tx, claimed);
  if (news.size === 0) return none;
  const links = [...news.values()].flat();
  const [bounds, alone] = await Promise.all([
    claimBounds(tx, keysOfLinks(links)),
    linksJoiningAlone(tx, links),
  ]);
  const around = await takeAround(tx, countingLinks(links, bounds), bounds, alone);
  const contacts = await contactsOf(tx, [...new Set([...keysOfLinks(links), ...around.keys])], known);
  const survivors = await survivorsOf(tx, [...new Set(contacts.values())]);
  return { links: lastWords(links), changes: changesBy(news, around, contacts, survivors), survivors };
}

const keysOfLinks = (links: readonly IdentityLink[]): IdentityKey[] => [
  ...new Set(links.flatMap(({ a, b }) => [a, b])),
];

async function newLinks(tx: Tx, arrivals: readonly Arrival[]): Promise<Map<bigint, ClaimedLink[]>> {
  const stored = await linksBetween(tx, arrivals.flatMap(linksOf));
  const known = new Map(stored.map((link) => [pairOf(link), link]));
  const found = new Map<bigint, ClaimedLink[]>();
  for (const arrival of arrivals) {
    const news = linksOf(arrival).filter((link) => supersedes(link, known.get(pairOf(link))));
    for (const link of news) known.set(pairOf(link), link);
    if (news.length > 0) found.set(arrival.position, news);
  }
  return found;
}

/** Those that may count, of links in the order they came in: a key that is shared by too many has earlier ones. */
function countingLinks(
  links: readonly ClaimedLink[],
  bounds: ReadonlyMap<IdentityKey, IdentityLink>,
): ClaimedLink[] {
  const taken = new Map<IdentityKey, ClaimedLink[]>();
  return links.filter((link) => {
    if (link.kind !== 'claim') return true;
    const ends = [link.a, link.b].map((key) => ({ bound: bounds.get(key), claims: claimsOf(taken, key) }));
    const counts = ends.every(
      ({ bound, claims }) => !exceeds(link, bound) && !exceeds(link, claims[MOST_CLAIMS - 1]),
    );
    for (const { claims } of ends) insertInOrder(claims, link);
    return counts;
  });
}

function claimsOf(taken: Map<IdentityKey, ClaimedLink[]>, key: IdentityKey): ClaimedLink[] {
  if (!taken.has(key)) taken.set(key, []);
  return taken.get(key)!;
}

/** Of one pair only the earliest claim takes a place. */
function insertInOrder(claims: ClaimedLink[], link: ClaimedLink): void {
  const same = claims.findIndex((one) => pairOf(one) === pairOf(link));
  if (same >= 0) claims.splice(same, 1);
  claims.splice(claims.findLastIndex((one) => byEventOrder(one, link) < 0) + 1, 0, link);
  claims.splice(MOST_CLAIMS);
}

/**
 * What lies around links, with every key that it may decide about locked until the transaction ends. Around a link that joins a key
 * `alone` there is nothing to read.
 */
async function takeAround(
  tx: Tx,
  links: readonly ClaimedLink[],
  bounds: ReadonlyMap<IdentityKey, IdentityLink>,
  alone: ReadonlySet<ClaimedLink>,
): Promise<Walked> {
  if (links.length === 0) return { links: [], bounds, beyond: new Set(), keys: [] };
  const joining = links.filter((link) => alone.has(link));
  const others = links.filter((link) => !alone.has(link));
  const keys = keysOfLinks(others);
  const whole = others.some(({ kind }) => kind !== 'claim');
  const seen = await walkIdentities(tx, keys, whole);
  const joined = new Set(keysOfLinks(joining));
  if ([...seen.beyond].some((key) => joined.has(key))) return takeAround(tx, links, bounds, new Set());
  const locked = new Set([...seen.keys, ...joined]);
  // Sent at once: what is asked after the lock is answered when it is held.
  const [, around, still] = await Promise.all([
    lockIdentities(tx, [...locked]),
    walkIdentities(tx, keys, whole),
    linksJoiningAlone(tx, joining),
  ]);
  if (around.keys.some((key) => !locked.has(key)) || joining.some((link) => !still.has(link)))
    throw new StartOver();
  return { ...around, bounds: new Map([...bounds, ...around.bounds]) };
}

/** The contact that each of these keys first resolved to; those that are known are not looked up. */
async function contactsOf(
  tx: Tx,
  keys: readonly IdentityKey[],
  known: ReadonlyMap<IdentityKey, ContactId>,
): Promise<ReadonlyMap<IdentityKey, ContactId>> {
  const found = await firstContacts(
    tx,
    keys.filter((key) => !known.has(key)),
  );
  return new Map(keys.flatMap((key) => entryOf(key, known.get(key) ?? found.get(key))));
}

const entryOf = (key: IdentityKey, contact: ContactId | undefined): [IdentityKey, ContactId][] =>
  contact === undefined ? [] : [[key, contact]];

/** The link of each pair and kind that counts in the end. */
function lastWords(links: readonly ClaimedLink[]): ClaimedLink[] {
  const last = new Map<string, ClaimedLink>();
  for (const link of links) if (supersedes(link, last.get(pairOf(link)))) last.set(pairOf(link), link);
  return [...last.values()];
}

function changesBy(
  news: ReadonlyMap<bigint, readonly ClaimedLink[]>,
  around: Walked,
  contacts: ReadonlyMap<IdentityKey, ContactId>,
  before: ReadonlyMap<ContactId, ContactId>,
): Map<bigint, IdentityChange> {
  const graph = new IdentityGraph(around);
  const survivors = new Map(before);
  const changes = new Map<bigint, IdentityChange>();
  for (const [position, links] of news) {
    const moved = new Map<ContactId, ContactId>();
    for (const [key, root] of graph.add(links)) {
      const [contact, survivor] = [contacts.get(key)!, contacts.get(root)!];
      if (survivors.get(contact) !== survivor) moved.set(contact, survivor);
    }
    for (const [contact, survivor] of moved) survivors.set(contact, survivor);
    const named = keysOfLinks(links).map((key) => survivors.get(contacts.get(key)!)!);
    changes.set(position, { moved, named: [...new Set(named)] });
  }
  return changes;
}
