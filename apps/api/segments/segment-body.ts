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
  @Shown('integer') low!: number;
  @Shown('integer') high!: number;
}

export class LiveVersion {
  @Shown('integer') version!: number;
  @ShownInstant() since!: string;
}

export class Segment {
  @Shown(String) key!: string;
  @Shown(String) name!: string;
  /** The rule in its canonical form, of the newest version. */
  @ShownJson() rule!: Json;
  /** The newest version. */
  @Shown('integer') version!: number;
  @ApiProperty({ enum: ['building', 'live', 'canceled'] })
  state!: 'building' | 'live' | 'canceled';
  @Shown(LiveVersion, true) live!: LiveVersion | null;
  /** Members of the live version, counted; in the answer to an edit, what the new version is expected to have. */
  @Shown(SegmentSize, true) size!: SegmentSize | null;
  /** Builds the newest version. */
  @Shown(String) job!: string;
  @ShownInstant() createdAt!: string;
  @ShownInstant() updatedAt!: string;
}

export class Member {
  @Shown(String) contact!: string;
  @Shown(String, true) email!: string | null;
  @ShownInstant() since!: string;
}
