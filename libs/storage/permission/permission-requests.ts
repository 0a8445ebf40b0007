import type { Act, Actor, Basis, Refusal, Way } from '@entente/consent';
import type { ContactId, Instant, JsonObject, Uuid } from '@entente/kernel';

/** An act to enter in the ledger. `contact` may be any contact of the person; it need not be the survivor. */
export interface PermissionRequest {
  readonly contact: ContactId;
  /** A topic's key, or `*` for every marketing mail (to withdraw or object only). */
  readonly topic: string;
  readonly act: Act;
  readonly actor: Actor;
  readonly way: Way;
  readonly basis: Basis;
  /** The address it is about, canonical, or its keyed hash; without one, the contact's own address today. */
  readonly address?: string | Buffer;
  readonly source: number;
  readonly claimedAt?: Instant;
  readonly message?: Uuid;
  /** What was shown and done: page, wording, ip, … Names people, so it lies where erasure can empty it. */
  readonly evidence: JsonObject;
  readonly at: Instant;
  /** An import's author asked that its grants may start campaigns. */
  readonly effects?: boolean;
}

export interface EntryId {
  readonly contact: ContactId;
  readonly seq: number;
}

/** What became of a request: the entry that stands for it, new or `already` there, or why it was refused and by which entry. */
export type Recorded =
  | {
      readonly entry: EntryId;
      readonly state: Act;
      readonly already: boolean;
      /** Whether the person stood like this before, so that a new entry only says it of one more contact that they are. */
      readonly stood: boolean;
      /** Of what ends mail: the addresses that it ended for. */
      readonly covers?: readonly Buffer[];
      readonly refused?: undefined;
    }
  | { readonly refused: Refusal; readonly entry?: EntryId };

/** A request with all that deciding it needs. */
export interface Resolved extends Omit<PermissionRequest, 'address'> {
  readonly survivor: ContactId;
  /** Every contact of the person, the survivor first. */
  readonly lineage: readonly ContactId[];
  readonly addressHash?: Buffer;
  /** The addresses that a restricting act must hold against. */
  readonly covers: readonly Buffer[];
  /** What is told of how it came about. */
  readonly origin: JsonObject;
}

/** An opt-out by the recipient, as a mailed token or a page names it. */
export interface OptOut {
  readonly contact: ContactId;
  readonly address: string | Buffer;
  /** A topic's key, or `*` for every marketing mail. */
  readonly topic: string;
  readonly at: Instant;
  readonly way: Way;
  /** The mail whose link was used. */
  readonly message?: Uuid;
  readonly claimedAt?: Instant;
  readonly source: number;
  readonly evidence: JsonObject;
}
