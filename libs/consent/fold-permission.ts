import {
  EVERY_TOPIC,
  grants,
  sameAddress,
  standingFor,
  type LedgerEntry,
  type PermissionAct,
  type Standing,
  type Standings,
} from './permission';

type Entry = PermissionAct & Pick<LedgerEntry, 'seq'>;

/** The standings of one contact after its entries, in ledger order; times claimed play no part. */
export const foldPermission = (entries: readonly Entry[]): Standings =>
  entries.reduce<Standings>(applyEntry, new Map());

/**
 * The standings after one more entry. An entry about every topic moves each topic that has a standing, so that a topic granted
 * again later, by its recipient, stands on its own.
 */
export function applyEntry(standings: Standings, entry: Entry): Standings {
  const after = new Map(standings);
  const topics = entry.topic === EVERY_TOPIC ? new Set([EVERY_TOPIC, ...standings.keys()]) : [entry.topic];
  for (const topic of topics) {
    const before = standingFor(standings, topic);
    const now = stand(before, entry);
    if (now && now !== before) after.set(topic, now);
  }
  return after;
}

/** What one entry makes of a standing; the same object where it changes nothing. */
function stand(before: Standing | undefined, entry: Entry): Standing | undefined {
  const now: Standing = {
    state: entry.act,
    basis: entry.basis,
    actor: entry.actor,
    seq: entry.seq,
    ...(entry.addressHash && { addressHash: entry.addressHash }),
  };
  if (grants(entry.act)) return mayStand(before, entry) ? now : before;
  if (entry.act === 'paused') return before && grants(before.state) ? now : before;
  return entry.act === 'withdrawn' && before?.state === 'objected' ? before : now;
}

/** A grant lifts what ended mail only as the recipient's own act, and never lowers a confirmation of the same address. */
function mayStand(before: Standing | undefined, entry: Entry): boolean {
  if (entry.topic === EVERY_TOPIC) return false;
  if (!before) return true;
  if (!grants(before.state)) return entry.actor === 'recipient';
  const lowers = before.state === 'confirmed' && entry.act === 'granted';
  return !(lowers && sameAddress(before.addressHash, entry.addressHash));
}
