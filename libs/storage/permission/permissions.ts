import {
  EVERY_TOPIC,
  grants,
  mayAppend,
  mostRestrictive,
  restricts,
  standingFor,
  type Act,
  type Standing,
  type Standings,
} from '@entente/consent';
import type { ContactId } from '@entente/kernel';
import { addressHash, addressKey, lockAddresses } from './addresses';
import { lineagesOf, survivorsOf } from '../contact/contacts';
import type { Tx } from '../database/database';
import { tell } from '../outbox';
import { knownAddresses, suppressedGrants, topicKey } from './permission-addresses';
import { optOutTold, permissionTold, type Outcome } from './permission-feedback';
import { OpenLedger } from './permission-ledger';
import { originsTold } from './permission-origin';
import type { EntryId, OptOut, PermissionRequest, Recorded, Resolved } from './permission-requests';
import { liftOptOuts, suppress } from './suppressions';

type LineageStanding = Standing & { readonly contact: ContactId };

/** Enters one act; see `recordPermissions`. */
export const recordPermission = async (tx: Tx, request: PermissionRequest): Promise<Recorded> =>
  (await recordPermissions(tx, [request]))[0]!;

/**
 * Enters acts in the ledger, in the order given, with their standings, suppressions and feedback; the answers are in the same order.
 * Locks, in this order: the addresses that an opt-out covers, the ends of the contacts' chains.
 * Promise 4: whoever restricts holds the lock that a release to the same address takes, until it has committed.
 */
export const recordPermissions = async (
  tx: Tx,
  requests: readonly PermissionRequest[],
): Promise<Recorded[]> => (await enterAll(tx, requests)).map(({ recorded }) => recorded);

async function enterAll(tx: Tx, requests: readonly PermissionRequest[]): Promise<Outcome[]> {
  if (requests.length === 0) return [];
  const resolved = await resolve(tx, requests);
  await lockAddresses(tx, addressesToLock(resolved));
  const ledger = await OpenLedger.open(tx, [...new Set(resolved.flatMap((request) => request.lineage))]);
  await lockGrantedSince(tx, ledger, resolved);
  const suppressed = await suppressedGrants(tx, resolved);
  const told = resolved.map((request) => {
    const before = request.lineage.map((contact) => ledger.standings(contact));
    const recorded = enter(ledger, request, suppressed);
    const moves = request.lineage.map((contact, index) => ({
      contact,
      before: before[index]!,
      after: ledger.standings(contact),
    }));
    return { request, recorded, moves };
  });
  await ledger.close(tx);
  await changeSuppressions(tx, told);
  await tell(tx, told.flatMap(permissionTold));
  return told;
}

async function resolve(tx: Tx, requests: readonly PermissionRequest[]): Promise<Resolved[]> {
  const survivors = await survivorsOf(tx, [...new Set(requests.map((request) => request.contact))]);
  const lineages = await lineagesOf(tx, [...new Set(survivors.values())]);
  const known = await knownAddresses(tx, [...lineages.values()].flat());
  const key = await addressKey(tx);
  const origins = await originsTold(tx, requests);
  return requests.map(({ address, ...request }, place) => {
    const survivor = survivors.get(request.contact)!;
    const lineage = lineages.get(survivor)!;
    const given = typeof address === 'string' ? addressHash(key, address) : address;
    const hash = given ?? known.profile.get(survivor);
    const covers = given ? [given] : lineage.flatMap((contact) => known.all.get(contact) ?? []);
    const origin = origins[place]!;
    return { ...request, survivor, lineage, covers, origin, ...(hash && { addressHash: hash }) };
  });
}

/** Opt-outs lock what they cover and what was granted; a recipient's grant locks the address whose opt-out it lifts. */
function addressesToLock(resolved: readonly Resolved[]): Buffer[] {
  return resolved
    .flatMap((request) => (restricts(request.act) ? request.covers : ownAddress(request)))
    .sort(Buffer.compare);
}

const ownAddress = (request: Resolved): Buffer[] =>
  request.actor === 'recipient' && request.addressHash ? [request.addressHash] : [];

/**
 * Locks the addresses that the standings to be ended were granted for, where they are not among those already locked. Out of order, so a
 * deadlock is possible; the transaction then runs again.
 */
async function lockGrantedSince(tx: Tx, ledger: OpenLedger, resolved: readonly Resolved[]): Promise<void> {
  const locked = new Set(addressesToLock(resolved).map((hash) => hash.toString('hex')));
  const granted = resolved
    .filter((request) => restricts(request.act))
    .flatMap((request) => request.lineage.flatMap((contact) => [...ledger.standings(contact).values()]))
    .flatMap(({ state, addressHash: hash }) => (grants(state) && hash ? [hash] : []));
  await lockAddresses(
    tx,
    granted.filter((hash) => !locked.has(hash.toString('hex'))),
  );
}

/** Decides one request and appends what it makes. */
function enter(ledger: OpenLedger, request: Resolved, suppressed: Set<string>): Recorded {
  if (ends(request)) for (const hash of request.covers) suppressed.add(topicKey(hash, request.topic));
  const standing = lineageStanding(ledger, request);
  const verdict = verdictOn(ledger, request, standing);
  if (verdict === 'already')
    return answer(request, standing!, standing!.state, { already: true, stood: true });
  if (verdict !== 'yes') return { refused: verdict, ...(standing && { entry: entryOf(standing) }) };
  if (isSuppressed(request, suppressed)) return { refused: 'suppressed' };
  const entries = contactsToEnter(ledger, request)
    .toReversed()
    .map((contact) => append(ledger, request, contact));
  const after =
    standingFor(ledger.standings(request.survivor), request.topic) ?? lineageStanding(ledger, request);
  const stood = restricts(request.act) && standing?.state === request.act;
  return answer(request, entries.at(-1)!, after!.state, { already: false, stood });
}

/**
 * A grant is weighed against the most restrictive standing of the lineage. What restricts is there `already` only when
 * each contact of the lineage has it, for an act about every topic in each topic.
 */
function verdictOn(ledger: OpenLedger, request: Resolved, worst: LineageStanding | undefined) {
  if (grants(request.act)) return mayAppend(worst, request);
  const verdicts = request.lineage
    .flatMap((contact) => standingsUnder(ledger.standings(contact), request.topic))
    .map((standing) => mayAppend(standing, request));
  return verdicts.find((verdict) => verdict === 'yes') ?? verdicts[0]!;
}

const standingsUnder = (standings: Standings, topic: string): (Standing | undefined)[] =>
  topic === EVERY_TOPIC ? [standings.get(topic), ...standings.values()] : [standingFor(standings, topic)];

/** Whether somebody with this address has opted out, who may be another contact. */
const isSuppressed = ({ act, actor, addressHash: hash, topic }: Resolved, suppressed: ReadonlySet<string>) =>
  grants(act) &&
  actor !== 'recipient' &&
  [topic, EVERY_TOPIC].some((covered) => suppressed.has(topicKey(hash!, covered)));

/** Whether an act ends mail for good. */
const ends = ({ act }: Resolved): boolean => act === 'withdrawn' || act === 'objected';

const answer = (
  request: Resolved,
  entry: EntryId,
  state: Act,
  how: { already: boolean; stood: boolean },
): Recorded => ({
  entry: entryOf(entry),
  state,
  ...how,
  ...(ends(request) && { covers: request.covers }),
});

const entryOf = ({ contact, seq }: EntryId): EntryId => ({ contact, seq });

function lineageStanding(ledger: OpenLedger, { lineage, topic }: Resolved): LineageStanding | undefined {
  return mostRestrictive(
    lineage.map((contact) => {
      const standing = standingFor(ledger.standings(contact), topic);
      return standing && { ...standing, contact };
    }),
  );
}

/**
 * What ends mail is entered for every contact of the lineage, so that it still holds when a merge is undone; a grant for the survivor, and
 * where it lifts what another contact of the lineage holds against it.
 */
function contactsToEnter(ledger: OpenLedger, { act, lineage, topic }: Resolved): ContactId[] {
  if (restricts(act)) return [...lineage];
  const [survivor, ...others] = lineage;
  const blocking = others.filter((contact) => {
    const standing = standingFor(ledger.standings(contact), topic);
    return standing && restricts(standing.state);
  });
  return [survivor!, ...blocking];
}

function append(ledger: OpenLedger, request: Resolved, contact: ContactId): EntryId {
  const { topic, act, actor, basis, source, at, claimedAt, message, evidence } = request;
  return ledger.append(
    {
      contact,
      topic,
      channel: 'email',
      act,
      actor,
      basis,
      source,
      recordedAt: at,
      ...(request.addressHash && { addressHash: request.addressHash }),
      ...(claimedAt !== undefined && { claimedAt }),
      ...(message && { message }),
    },
    evidence,
  );
}

/** A withdrawal holds for its addresses whoever else has them; the recipient's grant ends that for one topic. In the order given. */
async function changeSuppressions(tx: Tx, told: readonly Outcome[]): Promise<void> {
  for (const run of runsOf(told.filter(({ recorded }) => !recorded.refused).map(({ request }) => request))) {
    await suppress(
      tx,
      run.filter(ends).flatMap(({ covers, topic, at, actor, effects }) =>
        covers.map((hash) => ({
          addressHash: hash,
          topic,
          reason: 'opt-out' as const,
          at,
          quiet: actor === 'import' && !effects,
        })),
      ),
    );
    await liftOptOuts(
      tx,
      run
        .filter(({ act, actor }) => grants(act) && actor === 'recipient')
        .map(({ addressHash: hash, topic, at }) => ({ addressHash: hash!, topic, at })),
    );
  }
}

/** Cuts requests where lifting and suppressing alternate; nearly always there is one run. */
function runsOf(requests: readonly Resolved[]): Resolved[][] {
  const runs: Resolved[][] = [];
  for (const request of requests) {
    const run = runs.at(-1);
    if (run && grants(run[0]!.act) === grants(request.act)) run.push(request);
    else runs.push([request]);
  }
  return runs;
}

/**
 * Ends mail about a topic to an address and to everybody the contact is: once this has committed, nothing covered by it is
 * released (promise 4). Repeating it changes nothing. Says whether it changed anything.
 */
export async function optOut(tx: Tx, request: OptOut): Promise<{ readonly changed: boolean }> {
  const [outcome] = await enterAll(tx, [{ ...request, act: 'withdrawn', actor: 'recipient', basis: 'none' }]);
  const { recorded, request: resolved } = outcome!;
  if (recorded.refused || recorded.already) return { changed: false };
  await tell(tx, [optOutTold(resolved, recorded.entry)]);
  return { changed: true };
}
