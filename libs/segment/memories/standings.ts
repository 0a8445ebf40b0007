import { acts, mostRestrictive, type Act } from '@entente/consent';
import type { Json } from '@entente/kernel';
import { readEntry } from './ledger-entry';
import type { MemoryKind } from './memory';

/** By contact of the person, the last entry of its ledger about one topic: its number, and what stands since. */
export type Standings = { readonly [contact: string]: readonly [seq: number, state: Act] };

const isAct = (value: Json | undefined): value is Act => acts.includes(value as Act);

/** For permissions, in the order of the ledger: times play no part. Picks the entry and the state. */
export const standings: MemoryKind<Standings> = {
  name: 'standings',
  meaning: 1,
  add: (kept, { picked }) => entered(kept ?? {}, picked[0], picked[1]),
  of: (items) => items.reduce<Standings>((kept, { picked }) => entered(kept, picked[0], picked[1]), {}),
  suffices: () => true,
  holds: () => 1,
};

/** The standings after one more entry, such as `17:3` of contact 17. */
export function entered(kept: Standings, entry: Json | undefined, state: Json | undefined): Standings {
  const read = readEntry(entry);
  if (!read || !isAct(state)) return kept;
  const { contact, seq } = read;
  const [last, before] = kept[contact] ?? [0, state];
  return seq > last || (seq === last && state > before) ? { ...kept, [contact]: [seq, state] } : kept;
}

/** What the standings of a person's contacts amount to, as the ledger has it; undefined where it has none. */
export const standingOf = (kept: Standings | undefined): Act | undefined =>
  mostRestrictive(Object.values(kept ?? {}).map(([, state]) => ({ state })))?.state;
