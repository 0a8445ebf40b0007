import { ApiProperty } from '@nestjs/swagger';
import { type MessageRow, messageStatuses, type MessageStatus } from '@entente/storage';
import { Choice, Key, Text } from '../http/fields';
import { PageQuery } from '../http/page';
import { Shown, shown, ShownInstant } from '../http/views';

export class Message {
  @Shown(String) id!: string;
  @Shown(String) contact!: string;
  @Shown(String) campaign!: string;
  @Shown(String) step!: string;
  @Shown('integer') visit!: number;
  @Shown(String) topic!: string;
  @Shown(String) from!: string;
  @Shown(String) template!: string;
  @ApiProperty({ enum: messageStatuses }) status!: MessageStatus;
  @Shown(String, { nullable: true }) reason!: string | null;
  @Shown(String, { nullable: true, description: 'The permission entry that allowed its release.' }) entry!:
    string | null;
  @Shown('integer') attempts!: number;
  @ShownInstant() notBefore!: string;
  @ShownInstant() expiresAt!: string;
  @ShownInstant() createdAt!: string;
  @ShownInstant({ nullable: true }) releasedAt!: string | null;
  @ShownInstant({ nullable: true }) endedAt!: string | null;
  @Shown(String, { nullable: true, description: 'What the mail server answered last.' }) reply!:
    string | null;
}

export class MessagesQuery extends PageQuery {
  @Key({ optional: true, description: 'A campaign or broadcast.' })
  campaign?: string;

  @Choice(messageStatuses, { optional: true })
  status?: MessageStatus;

  @Text({ optional: true, max: 400, description: 'A contact, by any identity.' })
  contact?: string;
}

export class SettleBody {
  @Choice(['sent', 'failed'], { description: 'What became of it, on evidence that a person has seen.' })
  as!: 'sent' | 'failed';

  @Text({
    max: 500,
    description: 'The evidence.',
    example: 'In the log of the mail server: 250 2.0.0 queued as 4F2',
  })
  evidence!: string;
}

export const showMessage = (row: MessageRow): Message => ({
  id: `${row.contact}.${row.id}`,
  contact: `id:${row.contact}`,
  campaign: row.campaign,
  step: row.step,
  visit: row.visit,
  topic: row.topic,
  from: row.from,
  template: `${row.template}@${row.templateVersion}`,
  status: row.status,
  reason: row.reason,
  entry: row.entry,
  attempts: row.attempts,
  notBefore: shown(row.notBefore)!,
  expiresAt: shown(row.expiresAt)!,
  createdAt: shown(row.createdAt)!,
  releasedAt: shown(row.releasedAt),
  endedAt: shown(row.endedAt),
  reply: row.reply,
});
