import { ApiProperty } from '@nestjs/swagger';
import { parseInstant, toIso, type JsonObject } from '@entente/kernel';
import type { MembershipChangeRow, SegmentHistoryFilter } from '@entente/storage';
import { Choice, InstantText, Key } from '../http/fields';
import { PageQuery, readCursor } from '../http/page';
import { Shown, shown, ShownInstant, ShownJson } from '../http/views';

const changes = ['entered', 'left'] as const;

/** An entry into a segment or an exit from it, as it was logged. */
export class MembershipChange {
  @Shown(String, { description: 'Its number, `id:17`; of one merged into another, its own.' })
  contact!: string;
  @Shown(String) segment!: string;
  @Shown('integer', { description: 'The version of the segment that it is about.' }) version!: number;
  @ApiProperty({ enum: changes }) change!: (typeof changes)[number];
  @ShownInstant({ description: 'When it became so.' }) at!: string;
  @ShownInstant({ description: 'When it was written down.' }) recordedAt!: string;
  @ShownJson({
    description: 'The event that caused it, `time` that passed, or a `build`, `merge`, `repair` or `edit`.',
  })
  cause!: JsonObject;
}

export class ContactMembershipsQuery extends PageQuery {
  @Key({ optional: true, description: 'Of this segment only.' })
  segment?: string;
}

export class SegmentHistoryQuery extends PageQuery {
  @Choice(changes, { optional: true, description: 'Entries only, or exits only.' })
  change?: (typeof changes)[number];

  @InstantText({ optional: true, description: 'What became so at this instant or later.' })
  since?: string;

  @InstantText({ optional: true, description: 'What became so before this instant.' })
  until?: string;
}

export const filterOf = ({ change, since, until }: SegmentHistoryQuery): SegmentHistoryFilter => ({
  entered: change && change === 'entered',
  since: since && toIso(parseInstant(since)!),
  until: until && toIso(parseInstant(until)!),
});

export const historyCursor = (cursor: string | undefined): [at: string, id: string] | undefined =>
  readCursor(cursor, 'instant', 'number') as [string, string] | undefined;

export const changesPage = {
  item: (row: MembershipChangeRow): MembershipChange => ({
    contact: `id:${row.contact}`,
    segment: row.segment,
    version: row.version,
    change: row.entered ? 'entered' : 'left',
    at: shown(new Date(row.at))!,
    recordedAt: shown(row.recordedAt)!,
    cause: row.cause,
  }),
  cursor: ({ at, id }: MembershipChangeRow): string[] => [at, id],
};
