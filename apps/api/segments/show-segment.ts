import type { SizeEstimate } from '@entente/segment';
import { buildJobId, type MemberRow, type SegmentRow } from '@entente/storage';
import { shown } from '../http/views';
import type { Member, Segment } from './segment-body';

const states = { building: 'building', live: 'live', retired: 'canceled' } as const;

export const showSegment = (row: SegmentRow, size: SizeEstimate | null): Segment => ({
  key: row.key,
  name: row.name,
  rule: row.rule,
  events: row.events,
  version: row.version,
  state: states[row.status],
  live: row.liveVersion === null ? null : { version: row.liveVersion, since: shown(row.liveAt)! },
  size,
  job: buildJobId(row.versionId),
  createdAt: shown(row.createdAt)!,
  updatedAt: shown(row.updatedAt)!,
});

export const showMember = ({ contact, email, since }: MemberRow): Member => ({
  contact: `id:${contact}`,
  email,
  since: shown(since)!,
});
