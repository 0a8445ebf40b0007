import { toIso, type JsonObject } from '@entente/kernel';
import { readTraits, type SourceRank } from '@entente/profile';
import type { ContactView, PermissionEntryRow, TimelineRow } from '@entente/storage';
import { shown } from '../http/views';
import type { Contact, PermissionEntry, TimelineItem } from './contact-body';
import { showCause } from './show-cause';

export const showContact =
  (ranks: readonly SourceRank[]) =>
  ({ id, email, traits, company, identities, merged, segments, createdAt }: ContactView): Contact => ({
    id: `id:${id}`,
    email,
    traits: readTraits(traits, ranks),
    company,
    identities,
    merged: merged.map((contact) => `id:${contact}`),
    segments,
    createdAt: shown(createdAt)!,
  });

export const showTimelineItem = ({ at, kind, what }: TimelineRow): TimelineItem => ({
  at: toIso(Date.parse(at)),
  kind,
  what: kind === 'enrollment' ? { ...what, cause: showCause(what.cause as JsonObject) } : what,
});

export const showEntry = ({
  contact,
  seq,
  claimedAt,
  recordedAt,
  ...entry
}: PermissionEntryRow): PermissionEntry => ({
  entry: `${contact}:${seq}`,
  ...entry,
  claimedAt: shown(claimedAt),
  recordedAt: shown(recordedAt)!,
});
