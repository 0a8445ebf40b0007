import { ApiProperty } from '@nestjs/swagger';
import { Choice, Flag, Key } from '../http/fields';
import { PageQuery } from '../http/page';
import { Shown, ShownCounts, ShownInstant } from '../http/views';
import { campaignStatuses, type CampaignStatus } from '@entente/storage';

const free = { type: 'object', additionalProperties: true } as const;

/** What a campaign's author writes; libs/campaign reads it and names every problem. */
export class CampaignBody {
  @ApiProperty({ type: String, required: false, maxLength: 200 }) name?: string;
  @ApiProperty({ type: String, example: 'newsletter' }) topic!: string;
  @ApiProperty({ type: String, example: 'shop' }) from!: string;
  @ApiProperty({ type: 'array', items: free, example: [{ permission: 'confirmed', topic: 'newsletter' }] })
  triggers!: object[];
  @ApiProperty({ enum: ['never', 'after-exit', 'always'], required: false }) reentry?: string;
  @ApiProperty({ type: String, required: false, example: 'P1D' }) maxAge?: string;
  @ApiProperty({ type: 'array', items: free, example: [{ id: 'hello', send: 'welcome-1' }] })
  steps!: object[];
}

/** What a broadcast's author writes. */
export class BroadcastBody {
  @ApiProperty({ type: String, required: false, maxLength: 200 }) name?: string;
  @ApiProperty({ type: String, example: 'newsletter' }) topic!: string;
  @ApiProperty({ type: String, example: 'shop' }) from!: string;
  @ApiProperty({ ...free, example: { segment: 'loyal-lapsed' } }) audience!: object;
  @ApiProperty({ type: String, example: 'news@12' }) template!: string;
  @ApiProperty({
    oneOf: [{ type: 'string', format: 'date-time' }, free],
    example: { local: '2026-12-03T09:00', zone: 'Europe/Paris' },
  })
  at!: unknown;
}

export class CampaignState {
  @Shown(String) key!: string;
  @ApiProperty({ enum: [...campaignStatuses] }) status!: CampaignStatus;
  @Shown('integer', { nullable: true, description: 'The live version; null before the first publication.' })
  version!: number | null;
  @ShownInstant({ nullable: true }) liveSince!: string | null;
  @ShownInstant({ nullable: true, description: 'The next planned instant.' }) plannedAt!: string | null;
  @ShownInstant() createdAt!: string;
  @ShownInstant() updatedAt!: string;
}

export class CampaignQuery extends PageQuery {
  @Choice(campaignStatuses, { optional: true })
  status?: CampaignStatus;
}

export class PublishBody {
  @Choice(['stay'], {
    optional: true,
    description: 'What those inside do: stay in the version they began with (stay).',
  })
  inside = 'stay';

  @Flag({ optional: true, description: 'Only say what would happen (false).' })
  dryRun = false;
}

export class DryRunBody {
  @Flag({ optional: true, description: 'Only say what would happen (false).' })
  dryRun = false;
}

export class DuplicateBody {
  @Key({ description: 'The key of the new draft.' })
  as!: string;
}

export class Publication {
  @Shown('integer', { description: 'The version that is live now; with dryRun, the one that would be.' })
  version!: number;
  @Shown(Boolean) dryRun!: boolean;
  @Shown('integer', { description: 'Contacts inside the campaign.' }) inside!: number;
  @Shown('integer') stay!: number;
  @ShownCounts() move!: Record<string, number>;
  @ShownCounts() exit!: Record<string, number>;
  @ApiProperty({
    type: String,
    format: 'date-time',
    isArray: true,
    description: 'When its planned instants come next.',
  })
  planned!: string[];
}

export class Cancellation {
  @Shown(Boolean) dryRun!: boolean;
  @Shown('integer', { description: 'Walks that end.' }) enrollments!: number;
  @Shown('integer', { description: 'Waiting messages that are not sent.' }) messages!: number;
}
