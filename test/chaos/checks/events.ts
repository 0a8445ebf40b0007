import type { Uuid } from '@entente/kernel';
import type { EventClient, Offer } from '../event-client';
import type { Query } from '../reading';
import type { Findings } from './findings';

interface StoredRow {
  readonly message: Uuid;
  readonly key: string | null;
  readonly at: Date;
  readonly arrival: Date;
}

export const ownKey = ({ call }: Offer): string =>
  call.userId !== undefined ? `user:${call.userId}` : `anonymous:${call.anonymousId}`;

/** Promise 1: what was answered is stored once, under its contact and with its time; nothing is stored that was not offered. */
export async function checkEvents(query: Query, { offers }: EventClient, findings: Findings): Promise<void> {
  const rows = await query<StoredRow>(
    `SELECT event.message, identity.key, event.at, event.arrival
     FROM event JOIN source ON source.id = event.source_id AND source.key IN ('web', 'server')
     LEFT JOIN identity ON identity.contact_id = event.contact_id`,
  );
  const stored = new Map<Uuid, StoredRow[]>();
  for (const row of rows) stored.set(row.message, [...(stored.get(row.message) ?? []), row]);
  const answered = [...offers.values()].filter(({ answeredAt }) => answeredAt !== undefined);
  const faults = [
    ...answered.filter(({ message }) => !stored.has(message)).map((offer) => `lost: ${told(offer)}`),
    ...[...stored].filter(([, copies]) => copies.length > 1).map(([message]) => `stored twice: ${message}`),
    ...rows.filter(({ message }) => !offers.has(message)).map(({ message }) => `never offered: ${message}`),
    ...rows.flatMap((row) => misplaced(row, offers.get(row.message))),
  ];
  findings.add('1', 'every event answered with 2xx is stored once, and no other', answered.length, faults);
}

const told = (offer: Offer): string => `${offer.message} of ${ownKey(offer)} (${offer.call.type})`;

function misplaced({ message, key, at, arrival }: StoredRow, offer: Offer | undefined): string[] {
  if (!offer) return [];
  const due = Math.min(Date.parse(offer.call.timestamp), arrival.getTime());
  return [
    ...(key === ownKey(offer) ? [] : [`${message} lies under ${key}, not ${ownKey(offer)}`]),
    ...(at.getTime() === due
      ? []
      : [`${message} is dated ${at.toISOString()}, not ${new Date(due).toISOString()}`]),
  ];
}
