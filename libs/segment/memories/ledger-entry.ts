import type { ContactId, Json } from '@entente/kernel';

/** An entry's place: its number in what is told of one contact. */
export interface LedgerEntry {
  readonly contact: ContactId;
  readonly seq: number;
}

const ENTRY = /^([1-9]\d{0,17}):([1-9]\d{0,8})$/;

/** Reads `17:3`, the third entry of contact 17. */
export function readEntry(entry: Json | undefined): LedgerEntry | undefined {
  const [, contact, number] = ENTRY.exec(typeof entry === 'string' ? entry : '') ?? [];
  return contact === undefined ? undefined : { contact, seq: Number(number) };
}
