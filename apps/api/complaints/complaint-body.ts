import { ApiProperty } from '@nestjs/swagger';
import { reportTypes } from '@entente/feedback';
import { Choice, InstantText, Text } from '../http/fields';
import { Shown } from '../http/views';

/** A complaint by somebody who has no report in the standard form. */
export class ComplaintBody {
  @Text({
    max: 400,
    description: 'The Message-ID of the mail, or how `/messages` names it.',
    example: '<0198c1f2-7a51-8e60-9c7d-2f7c9d1b8a44@shop.example>',
  })
  message!: string;

  @Choice(reportTypes, { optional: true, description: '`abuse` when not said.' })
  type?: string;

  @InstantText({
    optional: true,
    description: 'When the recipient complained; now when not said, or yet to come.',
  })
  at?: string;
}

export const effects = ['complaint', 'opt-out', 'none'] as const;

export class ComplaintAnswer {
  @Shown(String, { description: 'As the report has it; `abuse` where it says none.' }) type!: string;

  @ApiProperty({
    enum: effects,
    description:
      'Whether the address is suppressed and every permission withdrawn, the topic left, or nothing done.',
  })
  effect!: (typeof effects)[number];

  @Shown(String, { nullable: true, description: 'The message that it is about, as `/messages` names it.' })
  message!: string | null;

  @Shown(Boolean, { description: 'Whether it was known already, so that nothing was done.' })
  already!: boolean;
}
