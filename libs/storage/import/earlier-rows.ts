import { randomBytes } from 'node:crypto';
import type { IdentityKey } from '@entente/event';
import type { ContactId, Instant } from '@entente/kernel';
import { firstContacts, survivorsOf } from '../contact/contacts';
import type { Tx } from '../database/database';
import { addressHash, addressKey, lockAddresses } from '../permission/addresses';
import { knownAddresses } from '../permission/permission-addresses';
import type { PermissionRequest } from '../permission/permission-requests';
import { recordPermissions } from '../permission/permissions';
import { suppress } from '../permission/suppressions';
import type { AppliedRow } from './apply-rows';
import { enterKeys, requestOf, type EnteredPermission, type Import } from './enter-rows';
import type { PermissionPlan } from './plan-permissions';
import type { ImportRow } from './read-row';

/** An act of a row that was entered. */
export interface EarlierAct {
  readonly row: number;
  readonly plan: PermissionPlan;
  readonly address?: string;
}

/**
 * Whom each key of some rows leads to in the database as it is: `id:` and the survivor, or the key itself where nobody has used it.
 * Unlike a contact that a dry run makes, this means the same person in each of its transactions.
 */
type Persons = ReadonlyMap<IdentityKey, IdentityKey>;

/** Acts of one person and topic are kept for this many addresses. */
const ADDRESSES = 3;

/**
 * What earlier rows of a file would have done, which the database does not know: as much as what later rows do depends on. To whom a
 * key leads is as the import has it, before the engine merges anybody.
 */
export class EarlierRows {
  private readonly keys = new Set<IdentityKey>();
  private readonly acts = new Map<IdentityKey, readonly EarlierAct[]>();
  /** By the hash of an address, in hexadecimal, the topics that it was withdrawn from. */
  private readonly withdrawn = new Map<string, Set<string>>();
  private readonly joined = new Set<IdentityKey>();
  /** A withdrawal without an address must not cover, a second time, what its person has by then: no address at all. */
  private readonly nowhere = randomBytes(32);

  /**
   * Does again what earlier rows did to the people and addresses that these rows name. Locks out of order, so a deadlock
   * is possible; the transaction then runs again.
   */
  async putBack(tx: Tx, job: Import, rows: readonly ImportRow[], now: Instant): Promise<Persons> {
    const persons = await personsOf(tx, rows);
    await enterKeys(
      tx,
      [...persons.keys()].filter((key) => this.keys.has(key)),
    );
    const hashes = (await addressesOf(tx, rows, persons)).filter((hash) => this.withdrawn.has(hash));
    await lockAddresses(tx, hashes.map(fromHex));
    await this.putBackActs(tx, job, new Set(persons.values()), now);
    // After the grants: those were entered before their address was withdrawn.
    await suppress(
      tx,
      hashes.flatMap((hash) => this.suppressionsOf(hash, now)),
    );
    return persons;
  }

  /** Remembers what a row did; gives it as it is in the whole file. */
  add(applied: AppliedRow, persons: Persons): AppliedRow {
    const { row, key, permissions } = applied;
    if (!row.refused) for (const known of row.keys) if (persons.get(known) === known) this.keys.add(known);
    for (const entered of permissions) this.remember(row, persons.get(key!)!, entered);
    return applied.joined ? { ...applied, joined: this.join(persons.get(row.keys[0]!)!) } : applied;
  }

  private async putBackActs(
    tx: Tx,
    job: Import,
    persons: ReadonlySet<IdentityKey>,
    now: Instant,
  ): Promise<void> {
    const acts = [...persons]
      .flatMap((person) => (this.acts.get(person) ?? []).map((act) => ({ person, act })))
      .sort((a, b) => a.act.row - b.act.row);
    const contacts = await firstContacts(tx, [...new Set(acts.map(({ person }) => person))]);
    await recordPermissions(
      tx,
      acts.map(({ person, act }) => this.again(job, act, contacts.get(person)!, now)),
    );
  }

  private again(job: Import, act: EarlierAct, contact: ContactId, now: Instant): PermissionRequest {
    const request = requestOf(job, act, { plan: act.plan, evidence: {} }, contact, now);
    const isNowhere = act.plan.act === 'withdrawn' && !act.address;
    return isNowhere ? { ...request, address: this.nowhere } : request;
  }

  private suppressionsOf(hash: string, at: Instant) {
    return [...this.withdrawn.get(hash)!].map((topic) => ({
      addressHash: fromHex(hash),
      topic,
      reason: 'opt-out' as const,
      at,
    }));
  }

  private remember({ row, address }: ImportRow, person: IdentityKey, entered: EnteredPermission): void {
    const { permission, recorded } = entered;
    const { plan } = permission;
    if (recorded.refused) return;
    for (const hash of recorded.covers ?? []) this.withdraw(hash.toString('hex'), plan.topic);
    if (recorded.already) return;
    const act = { row, plan, ...(address && { address }) };
    this.acts.set(person, withAct(this.acts.get(person) ?? [], act));
  }

  private withdraw(hash: string, topic: string): void {
    this.withdrawn.set(hash, (this.withdrawn.get(hash) ?? new Set()).add(topic));
  }

  /** Whether this is the first time that somebody joins the list. */
  private join(person: IdentityKey): boolean {
    return this.joined.size < this.joined.add(person).size;
  }
}

/**
 * One person's acts with one more. The last one holds, yet where the database has a grant like it already, it is entered again only
 * after one for another address; and where two contacts of the person have two addresses, only after one for a third.
 */
export function withAct(acts: readonly EarlierAct[], act: EarlierAct): EarlierAct[] {
  const isOfTopic = ({ plan }: EarlierAct) => plan.topic === act.plan.topic;
  const others = acts.filter((one) => isOfTopic(one) && one.address !== act.address);
  return [...acts.filter((one) => !isOfTopic(one)), ...others.slice(1 - ADDRESSES), act];
}

async function personsOf(tx: Tx, rows: readonly ImportRow[]): Promise<Persons> {
  const keys = [...new Set(rows.flatMap((row) => row.keys))];
  const contacts = await firstContacts(tx, keys);
  const survivors = await survivorsOf(tx, [...new Set(contacts.values())]);
  const personOf = (key: IdentityKey): IdentityKey => {
    const contact = contacts.get(key);
    return contact ? `id:${survivors.get(contact)}` : key;
  };
  return new Map(keys.map((key) => [key, personOf(key)]));
}

/** The addresses, as hexadecimal hashes, that grants of these rows are for: a row without one means the one its person has. */
async function addressesOf(tx: Tx, rows: readonly ImportRow[], persons: Persons): Promise<string[]> {
  const key = await addressKey(tx);
  const named = rows.flatMap(({ address }) => (address ? [addressHash(key, address)] : []));
  const others = rows
    .filter(({ address }) => !address)
    .flatMap(({ keys }) => keys.map((one) => persons.get(one)!));
  const contacts = await firstContacts(tx, [...new Set(others)]);
  const { profile } = await knownAddresses(tx, [...contacts.values()]);
  return [...new Set([...named, ...profile.values()].map((hash) => hash.toString('hex')))];
}

const fromHex = (hash: string): Buffer => Buffer.from(hash, 'hex');
