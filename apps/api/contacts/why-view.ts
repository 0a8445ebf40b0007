import { ApiProperty } from '@nestjs/swagger';
import type { Json } from '@entente/kernel';
import { Key } from '../http/fields';
import { Shown, ShownInstant, ShownJson } from '../http/views';

export class WhyQuery {
  @Key({ optional: true }) campaign?: string;
  @Key({ optional: true }) broadcast?: string;
  @Key({ optional: true }) segment?: string;
}

export class WhySegment {
  @Shown(String) key!: string;
  /** Whether the live version holds the contact as a member. */
  @Shown(Boolean) member!: boolean;
  @ShownInstant(true) since!: string | null;
  @Shown('integer') version!: number;
  /** The value of every condition now, and what it looked at. */
  @ShownJson() because!: Json;
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
  @Shown(String, true) reason!: string | null;
  @Shown(String, true) entry!: string | null;
  @ShownInstant(true) at!: string | null;
}

export class WhyEnrollment {
  @Shown('integer') version!: number;
  @Shown(String) status!: string;
  /** What started it. */
  @ShownJson() cause!: Json;
  @ShownInstant() enteredAt!: string;
  @ShownInstant(true) endedAt!: string | null;
  @ShownInstant(true) wakesAt!: string | null;
}

export class WhyNow {
  @Shown(String) gate!: string;
  @Shown(String) reason!: string;
}

/** Why somebody is, or is not, in a segment, or why they did, or did not, get a mail. */
export class Why {
  @Shown(String) contact!: string;
  @ShownInstant() asOf!: string;
  /** Of the latest message, as are stage, gate, reason, entry and at. */
  @ApiProperty({ required: false }) sent?: boolean;
  @ApiProperty({ enum: stages, required: false }) stage?: (typeof stages)[number];
  /** The gate that refused the latest message. */
  @ApiProperty({ type: String, required: false, nullable: true }) gate?: string | null;
  @ApiProperty({ type: String, required: false, nullable: true }) reason?: string | null;
  /** The ledger entry that allowed or forbade it. */
  @ApiProperty({ type: String, required: false, nullable: true }) entry?: string | null;
  @ApiProperty({ type: String, format: 'date-time', required: false, nullable: true }) at?: string | null;
  /** What would refuse a mail at this moment; null when nothing would. */
  @ApiProperty({ type: WhyNow, required: false, nullable: true }) now?: WhyNow | null;
  @ApiProperty({ type: WhyEnrollment, isArray: true, required: false }) enrollments?: WhyEnrollment[];
  @ApiProperty({ type: WhyMessage, isArray: true, required: false }) messages?: WhyMessage[];
  @ApiProperty({ type: WhySegment, required: false, nullable: true }) segment?: WhySegment | null;
}
