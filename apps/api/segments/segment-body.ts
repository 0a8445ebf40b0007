import { ApiProperty } from '@nestjs/swagger';
import type { Json } from '@entente/kernel';
import { Choice, Flag, RuleField, Text } from '../http/fields';
import { Shown, ShownInstant, ShownJson } from '../http/views';

export class SegmentBody {
  @Text({ optional: true, description: 'How people call it (the key).', example: 'Loyal, lapsed' })
  name?: string;

  @RuleField({
    description: 'The rule: all, any, not, or a condition.',
    example: {
      all: [
        { event: 'Order Completed', count: { gte: 3 } },
        { trait: 'country', in: ['FR', 'BE'] },
      ],
    },
  })
  rule!: Record<string, unknown>;

  @Choice(['none', 'start'], {
    optional: true,
    description: 'Whether those whom this edit brings in start campaigns (none).',
  })
  effects: 'none' | 'start' = 'none';

  @Flag({
    optional: true,
    description:
      'Whether entries and exits are told as the events `Segment Entered` and `Segment Left`, which other rules may count (false).',
  })
  events = false;

  @Flag({ optional: true, description: 'Only says who would enter and who would leave (false).' })
  dryRun = false;

  @Flag({
    optional: true,
    description: 'Of a dry run: has everybody counted too, by a job; the answer is 202 (false).',
  })
  exact = false;
}

export class SegmentSize {
  @Shown('integer') estimate!: number;
  @Shown('integer', {
    description:
      'With 95 % certainty the true size is from this to `high`; exact where the three are the same.',
  })
  low!: number;
  @Shown('integer') high!: number;
}

export class LiveVersion {
  @Shown('integer') version!: number;
  @ShownInstant({ description: 'The instant of its swap.' }) since!: string;
}

export class Segment {
  @Shown(String) key!: string;
  @Shown(String) name!: string;
  @ShownJson({ description: 'The rule in its canonical form, of the newest version.' }) rule!: Json;
  @Shown(Boolean, { description: 'Whether entries and exits are told as events.' }) events!: boolean;
  @Shown('integer', { description: 'The newest version.' }) version!: number;
  @ApiProperty({
    enum: ['building', 'live', 'canceled'],
    description: 'Of the newest version; while it is built, the members are those of the live one.',
  })
  state!: 'building' | 'live' | 'canceled';
  @Shown(LiveVersion, {
    nullable: true,
    description: 'The version that decides by now; null before the first.',
  })
  live!: LiveVersion | null;
  @Shown(SegmentSize, {
    nullable: true,
    description:
      'Members of the live version, counted, but for those of which a list of segments has more than 20,000; in the answer to an edit, what the new version is expected to have.',
  })
  size!: SegmentSize | null;
  @Shown(String, { description: 'The job that builds the newest version: `GET /jobs/{id}`.' }) job!: string;
  @ShownInstant() createdAt!: string;
  @ShownInstant() updatedAt!: string;
}

export class Member {
  @Shown(String, { description: 'Its number, `id:17`, which any path takes that names a contact.' })
  contact!: string;
  @Shown(String, { nullable: true }) email!: string | null;
  @ShownInstant({ description: 'When they entered this version.' }) since!: string;
}
