import { buildJobId, type MemberRow, type SegmentRow } from '@entente/storage';
import { shown } from '../http/views';
import type { Member, Segment, SegmentSize } from './segment-body';

const states = { building: 'building', live: 'live', retired: 'canceled' } as const;

export const showSegment = (row: SegmentRow): Segment => ({
  key: row.key,
  name: row.name,
  rule: row.rule,
  version: row.version,
  state: states[row.status],
  live: row.liveVersion === null ? null : { version: row.liveVersion, since: shown(row.liveAt)! },
  size: row.size === null ? null : exactly(row.size),
  job: buildJobId(row.versionId),
  createdAt: shown(row.createdAt)!,
  updatedAt: shown(row.updatedAt)!,
});

const exactly = (size: number): SegmentSize => ({ estimate: size, low: size, high: size });

export const showMember = ({ contact, email, since }: MemberRow): Member => ({
  contact: `id:${contact}`,
  email,
  since: shown(since)!,
});
