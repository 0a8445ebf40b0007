import { ApiProperty } from '@nestjs/swagger';
import type { Json } from '@entente/kernel';
import { RuleField, InstantText, Key } from '../http/fields';
import { Shown, ShownInstant, ShownJson, ShownList, ShownValue } from '../http/views';

/** An instant that has passed, to be asked about. */
const AsOf = (): PropertyDecorator =>
  InstantText({
    optional: true,
    description: 'Of a segment or rule: as of a past instant, from what had arrived by then (now).',
  });

export class WhyQuery {
  @Key({ optional: true }) campaign?: string;
  @Key({ optional: true }) broadcast?: string;
  @Key({ optional: true }) segment?: string;
  @AsOf() asOf?: string;
}

export class WhyRuleBody {
  @RuleField({
    description: 'A rule, which need not be saved.',
    example: { event: 'Order Completed', within: 'P30D' },
  })
  rule!: Record<string, unknown>;

  @AsOf() asOf?: string;
}

/** A trait that the rule reads. */
export class WhyTrait {
  @Shown(String) name!: string;
  @ShownValue() value!: Json;
  @Shown(String, {
    nullable: true,
    description: 'Whose value it is: of all that set it, the source of best precedence.',
  })
  source!: string | null;
  @Shown(String, { description: 'The event that set it.' }) event!: string;
  @ShownInstant() at!: string;
}

export class WhyRule {
  @ShownJson({
    description:
      'The rule with the value of every node and the instant at which time alone changes it next (`changesAt`); conditions say what they looked at.',
  })
  because!: Json;
  @ShownInstant({
    nullable: true,
    description:
      'Where too many instants would have to be looked at: a null `changesAt` is known up to then only.',
  })
  foreseenUntil!: string | null;
  @ShownList(WhyTrait, { description: 'The traits that the rule and the segments it names read.' })
  traits!: WhyTrait[];
}

export class WhyRuleAnswer extends WhyRule {
  @Shown(String) contact!: string;
  @ShownInstant() asOf!: string;
}

export class WhySegment extends WhyRule {
  @Shown(String) key!: string;
  @Shown(Boolean, {
    description:
      'Whether the version has the contact as a member; of a past instant, whether the log says that it had.',
  })
  member!: boolean;
  @ShownInstant({ nullable: true }) since!: string | null;
  @Shown('integer', { description: 'The version that is live, or was then.' }) version!: number;
}

export const stages = [
  'not-started',
  'enrolled',
  'gate',
  'waiting',
  'sending',
  'sent',
  'failed',
  'canceled',
  'expired',
  'unknown',
] as const;

export class WhyMessage {
  @Shown(String) message!: string;
  @Shown(String) step!: string;
  @Shown(String) status!: string;
  @Shown(String, { nullable: true }) reason!: string | null;
  @Shown(String, { nullable: true }) entry!: string | null;
  @ShownInstant({ nullable: true }) at!: string | null;
}

export class WhyEnrollment {
  @Shown('integer') version!: number;
  @Shown(String) status!: string;
  @ShownJson({ description: 'What started it.' }) cause!: Json;
  @ShownInstant() enteredAt!: string;
  @ShownInstant({ nullable: true }) endedAt!: string | null;
  @ShownInstant({ nullable: true }) wakesAt!: string | null;
}

export class WhyNow {
  @Shown(String) gate!: string;
  @Shown(String) reason!: string;
}

/** Why somebody is, or is not, in a segment, or why they did, or did not, get a mail. */
export class Why {
  @Shown(String) contact!: string;
  @ShownInstant() asOf!: string;
  @ApiProperty({
    required: false,
    description: 'Of the latest message, as are stage, gate, reason, entry and at.',
  })
  sent?: boolean;
  @ApiProperty({ enum: stages, required: false }) stage?: (typeof stages)[number];
  @ApiProperty({
    type: String,
    required: false,
    nullable: true,
    description: 'The gate that refused the latest message.',
  })
  gate?: string | null;
  @ApiProperty({ type: String, required: false, nullable: true }) reason?: string | null;
  @ApiProperty({
    type: String,
    required: false,
    nullable: true,
    description: 'The ledger entry that allowed or forbade it.',
  })
  entry?: string | null;
  @ApiProperty({ type: String, format: 'date-time', required: false, nullable: true }) at?: string | null;
  @ApiProperty({
    type: WhyNow,
    required: false,
    nullable: true,
    description: 'What would refuse a mail at this moment; null when nothing would.',
  })
  now?: WhyNow | null;
  @ApiProperty({ type: WhyEnrollment, isArray: true, required: false }) enrollments?: WhyEnrollment[];
  @ApiProperty({ type: WhyMessage, isArray: true, required: false }) messages?: WhyMessage[];
  @ApiProperty({ type: WhySegment, required: false, nullable: true }) segment?: WhySegment | null;
}
