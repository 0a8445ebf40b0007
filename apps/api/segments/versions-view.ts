import { ApiProperty } from '@nestjs/swagger';
import type { Json } from '@entente/kernel';
import type { SegmentVersionRow } from '@entente/storage';
import { readCursor } from '../http/page';
import { Shown, shown, ShownInstant, ShownJson } from '../http/views';

const states = ['building', 'live', 'retired', 'canceled'] as const;

/** A rule that a segment had, has, or was to have. */
export class SegmentVersion {
  @Shown('integer') version!: number;
  @ShownJson() rule!: Json;
  /** `canceled`: it was given up before it was live, as by the next edit. */
  @ApiProperty({ enum: states }) state!: (typeof states)[number];
  @ShownInstant() createdAt!: string;
  /** What happens after this instant, and up to and including the other, is decided by this version. */
  @ShownInstant(true) liveAt!: string | null;
  @ShownInstant(true) retiredAt!: string | null;
}

export const versionCursor = (cursor: string | undefined): string | undefined =>
  readCursor(cursor, 'number')?.[0];

export const versionsPage = {
  item: ({ version, rule, status, createdAt, liveAt, retiredAt }: SegmentVersionRow): SegmentVersion => ({
    version,
    rule,
    state: stateOf(status, liveAt),
    createdAt: shown(createdAt)!,
    liveAt: shown(liveAt),
    retiredAt: shown(retiredAt),
  }),
  cursor: ({ version }: SegmentVersionRow): string[] => [String(version)],
};

function stateOf(status: SegmentVersionRow['status'], liveAt: Date | null): SegmentVersion['state'] {
  if (status === 'building' || status === 'live') return status;
  return liveAt ? 'retired' : 'canceled';
}
