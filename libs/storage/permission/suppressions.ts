import { EVERY_TOPIC } from '@entente/consent';
import { toIso, type Instant } from '@entente/kernel';
import { tellOfSuppressed } from './address-words';
import { lockAddresses } from './addresses';
import type { Tx } from '../database/database';

export type SuppressionReason = 'opt-out' | 'hard-bounce' | 'complaint' | 'operator';

/** That mail about one topic, or `*` for every marketing mail, must not go to an address. */
export interface Suppression {
  readonly addressHash: Buffer;
  readonly topic: string;
  readonly reason: SuppressionReason;
  readonly at: Instant;
  /** What the next reader should know, such as the reply that said so; never an address. */
  readonly detail?: string;
  /** Whether it starts nothing, for an import brought it about. */
  readonly quiet?: boolean;
}

/** Stops every marketing mail to an address, for what the address itself did (bounced, complained) or an operator decided. */
export const suppressAddress = (
  tx: Tx,
  addressHash: Buffer,
  reason: Exclude<SuppressionReason, 'opt-out'>,
  { at, detail }: { readonly at: Instant; readonly detail?: string },
): Promise<void> => suppressAddresses(tx, [{ addressHash, ...(detail && { detail }) }], reason, at);

/** The same of several addresses. */
export async function suppressAddresses(
  tx: Tx,
  addresses: readonly Pick<Suppression, 'addressHash' | 'detail'>[],
  reason: Exclude<SuppressionReason, 'opt-out'>,
  at: Instant,
): Promise<void> {
  await lockAddresses(
    tx,
    addresses.map(({ addressHash }) => addressHash),
  );
  await suppress(
    tx,
    addresses.map((address) => ({ ...address, topic: EVERY_TOPIC, reason, at })),
  );
}

/**
 * Enters suppressions; the caller holds the locks of their addresses. An opt-out of every topic also ends the exceptions that
 * later subscriptions to single topics had made to an earlier one. Whoever has an address that no mail goes to from now on is told of it.
 */
export async function suppress(tx: Tx, suppressions: readonly Suppression[]): Promise<void> {
  if (suppressions.length === 0) return;
  await tx.run(
    `INSERT INTO suppression AS held (address_hash, topic, reason, at, detail)
     SELECT DISTINCT ON (1, 2, 3) decode(address_hash, 'hex'), topic, reason, at, detail
     FROM json_to_recordset($1::json) AS s (address_hash text, topic text, reason text, at timestamptz, detail text)
     ORDER BY 1, 2, 3, at
     ON CONFLICT (address_hash, topic, reason) DO UPDATE
     SET lifted_at = NULL, at = excluded.at, detail = excluded.detail
     WHERE held.lifted_at IS NOT NULL`,
    [JSON.stringify(suppressions.map(suppressionRow))],
  );
  const everything = suppressions.filter(({ topic }) => topic === EVERY_TOPIC);
  await tellOfSuppressed(
    tx,
    everything.map(({ addressHash: hash, at, quiet = false }) => ({ hash, at, quiet })),
  );
  await endExceptions(
    tx,
    everything.filter(({ reason }) => reason === 'opt-out'),
  );
}

const suppressionRow = (one: Suppression) => ({
  address_hash: one.addressHash.toString('hex'),
  topic: one.topic,
  reason: one.reason,
  at: toIso(one.at),
  detail: one.detail ?? null,
});

async function endExceptions(tx: Tx, optOuts: readonly Suppression[]): Promise<void> {
  if (optOuts.length === 0) return;
  await tx.run(
    `UPDATE suppression SET lifted_at = NULL, at = $2
     WHERE address_hash = ANY($1::bytea[]) AND reason = 'opt-out' AND lifted_at IS NOT NULL`,
    [optOuts.map((one) => one.addressHash), toIso(Math.max(...optOuts.map((one) => one.at)))],
  );
}

/** A subscription by the recipient: ends the opt-out of one topic for one address. */
export interface Lift {
  readonly addressHash: Buffer;
  readonly topic: string;
  readonly at: Instant;
}

/**
 * Ends opt-outs of single topics; the caller holds the locks of their addresses. An opt-out of every topic stays for the
 * others: the lifted row of this topic is the exception to it (see `effectiveSuppression`).
 */
export async function liftOptOuts(tx: Tx, lifts: readonly Lift[]): Promise<void> {
  if (lifts.length === 0) return;
  const rows = lifts.map((lift) => ({ ...lift, at: toIso(lift.at), hash: lift.addressHash.toString('hex') }));
  await tx.run(
    `INSERT INTO suppression AS held (address_hash, topic, reason, at, lifted_at)
     SELECT DISTINCT ON (1, 2) decode(hash, 'hex'), topic, 'opt-out', at, at
     FROM json_to_recordset($1::json) AS l (hash text, topic text, at timestamptz)
     WHERE EXISTS (SELECT FROM suppression s WHERE s.address_hash = decode(l.hash, 'hex')
                   AND s.topic IN (l.topic, '${EVERY_TOPIC}') AND s.reason = 'opt-out' AND s.lifted_at IS NULL)
     ORDER BY 1, 2, at
     ON CONFLICT (address_hash, topic, reason) DO UPDATE SET lifted_at = excluded.lifted_at
     WHERE held.lifted_at IS NULL`,
    [JSON.stringify(rows)],
  );
}

/** SQL: whether row `s` of suppression holds for mail about `topic` (an SQL expression). */
export const effectiveSuppression = (topic: string): string =>
  `s.topic IN (${topic}, '${EVERY_TOPIC}') AND s.lifted_at IS NULL
   AND NOT (s.topic = '${EVERY_TOPIC}' AND s.reason = 'opt-out' AND EXISTS (
     SELECT FROM suppression e WHERE e.address_hash = s.address_hash AND e.topic = ${topic}
     AND e.reason = 'opt-out' AND e.lifted_at IS NOT NULL))`;
