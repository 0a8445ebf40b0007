import { createHash } from 'node:crypto';
import { canonicalJson, toIso, type JsonObject } from '@entente/kernel';
import type { LedgerEntry } from './permission';

/** An entry with the two values that seal it. */
export interface SealedEntry extends LedgerEntry {
  readonly commitment: Buffer;
  readonly hash: Buffer;
}

/** What an entry was committed to; erasure empties it. */
export interface Evidence {
  readonly salt: Buffer;
  readonly evidence: JsonObject;
}

/** What stands before a contact's first entry. */
export const CHAIN_START = Buffer.alloc(32);

const sha256 = (...parts: readonly (Buffer | string)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** SHA-256 over the salt and the evidence's canonical JSON: proves the evidence while it is there, tells nothing once it is gone. */
export const commitment = (salt: Buffer, evidence: JsonObject): Buffer =>
  sha256(salt, canonicalJson(evidence));

/** SHA-256 over the previous entry's hash and this entry with its commitment. */
export function entryHash(previous: Buffer, entry: LedgerEntry & Pick<SealedEntry, 'commitment'>): Buffer {
  return sha256(
    previous,
    canonicalJson({
      contact: entry.contact,
      seq: entry.seq,
      topic: entry.topic,
      channel: entry.channel,
      act: entry.act,
      basis: entry.basis,
      actor: entry.actor,
      addressHash: entry.addressHash?.toString('hex'),
      source: entry.source,
      message: entry.message,
      claimedAt: entry.claimedAt === undefined ? undefined : toIso(entry.claimedAt),
      recordedAt: toIso(entry.recordedAt),
      commitment: entry.commitment.toString('hex'),
    }),
  );
}

/** Seals an entry behind the one before it. */
export function seal(previous: Buffer, entry: LedgerEntry, { salt, evidence }: Evidence): SealedEntry {
  const committed = { ...entry, commitment: commitment(salt, evidence) };
  return { ...committed, hash: entryHash(previous, committed) };
}

export interface BrokenChain {
  readonly seq: number;
  readonly why: 'sequence' | 'evidence' | 'hash' | 'end';
}

/**
 * The first thing wrong with a contact's whole chain, in ledger order, or undefined when it is sound. Evidence is checked where it
 * still is; with `head`, entries cut off at the end are missed too.
 */
export function verifyChain(
  entries: readonly (SealedEntry & { readonly proof?: Evidence })[],
  head?: { readonly seq: number; readonly hash: Buffer },
): BrokenChain | undefined {
  let previous: Buffer = CHAIN_START;
  for (const [index, entry] of entries.entries()) {
    const why = faultOf(entry, index + 1, previous);
    if (why) return { seq: entry.seq, why };
    previous = entry.hash;
  }
  if (!head || (head.seq === entries.length && head.hash.equals(previous))) return undefined;
  return { seq: entries.length, why: 'end' };
}

function faultOf(
  entry: SealedEntry & { readonly proof?: Evidence },
  seq: number,
  previous: Buffer,
): BrokenChain['why'] | undefined {
  if (entry.seq !== seq) return 'sequence';
  if (entry.proof && !commitment(entry.proof.salt, entry.proof.evidence).equals(entry.commitment))
    return 'evidence';
  return entryHash(previous, entry).equals(entry.hash) ? undefined : 'hash';
}
