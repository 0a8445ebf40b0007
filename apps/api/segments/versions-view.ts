import { ApiProperty } from '@nestjs/swagger';
import type { Json } from '@entente/kernel';
import type { SegmentVersionRow } from '@entente/storage';
import { readCursor } from '../http/page';
import { Shown, shown, ShownInstant, ShownJson } from '../http/views';

const states = ['building', 'live', 'retired', 'canceled'] as const;

/** A rule that a segment had, has, or was to have. */
export class SegmentVersion {
  @Shown('integer') version!: number;
  @ShownJson({ description: 'In its canonical form.' }) rule!: Json;
  @ApiProperty({
    enum: states,
    description: '`canceled`: it was given up before it was live, as by the next edit.',
  })
  state!: (typeof states)[number];
  @ShownInstant({ description: 'When it was written.' }) createdAt!: string;
  @ShownInstant({
    nullable: true,
    description:
      'What happens after this instant, and up to and including the other, is decided by this version.',
  })
  liveAt!: string | null;
  @ShownInstant({ nullable: true, description: 'When it was swapped out, or given up.' }) retiredAt!:
    string | null;
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
