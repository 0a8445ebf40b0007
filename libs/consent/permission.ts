import type { ContactId, Instant, Uuid } from '@entente/kernel';

/** What an entry says happened. `confirmed` is a grant that its recipient proved, by double opt-in or in their own words. */
export const acts = ['granted', 'confirmed', 'withdrawn', 'paused', 'objected'] as const;
export type Act = (typeof acts)[number];

/** Whose act it was. Only `recipient` speaks for the person who gets the mail. */
export const actors = ['recipient', 'import', 'api', 'operator'] as const;
export type Actor = (typeof actors)[number];

/**
 * By what it came about: on the site's preference center or its page to opt out, by a mail program's one click, by a complaint or a report to
 * opt out that a provider passes on, by an import, or by what another system tells.
 */
export const ways = [
  'preferences',
  'unsubscribe-page',
  'one-click',
  'complaint',
  'report',
  'import',
  'api',
] as const;
export type Way = (typeof ways)[number];

/** The legal basis a grant rests on; `existing-customer` is the "soft opt-in" of some laws. */
export const bases = ['consent', 'existing-customer', 'none'] as const;
export type Basis = (typeof bases)[number];

/** In place of a topic: every marketing mail, of topics that do not exist yet as well. Never granted. */
export const EVERY_TOPIC = '*';

/** What somebody asks to be entered for one contact and topic. */
export interface PermissionAct {
  readonly topic: string;
  readonly act: Act;
  readonly actor: Actor;
  readonly basis: Basis;
  /** Keyed hash of the address that the act is about; mail to another address is not covered by it. */
  readonly addressHash?: Buffer;
}

/** One entry of the ledger: ids and keyed hashes only, what names a person is evidence. */
export interface LedgerEntry extends PermissionAct {
  readonly contact: ContactId;
  /** Counts the contact's entries from 1: the ledger's order, whatever times are claimed. */
  readonly seq: number;
  readonly channel: string;
  readonly source: number;
  readonly message?: Uuid;
  readonly claimedAt?: Instant;
  readonly recordedAt: Instant;
}

/** What the entries of one contact and topic amount to, and the entry that made it so. */
export interface Standing {
  readonly state: Act;
  readonly basis: Basis;
  readonly actor: Actor;
  readonly addressHash?: Buffer;
  readonly seq: number;
}

/** The standing of each topic that has one, and of `EVERY_TOPIC`. */
export type Standings = ReadonlyMap<string, Standing>;

export const grants = (act: Act): boolean => act === 'granted' || act === 'confirmed';

/** An act by which mail must end, for good or for now. */
export const restricts = (act: Act): boolean => !grants(act);

/** The standing that counts for a topic: its own, else what was said about every topic. */
export const standingFor = (standings: Standings, topic: string): Standing | undefined =>
  standings.get(topic) ?? standings.get(EVERY_TOPIC);

export const sameAddress = (a: Buffer | undefined, b: Buffer | undefined): boolean =>
  a !== undefined && b !== undefined && a.equals(b);
