import { ApiProperty } from '@nestjs/swagger';
import type { JsonObject } from '@entente/kernel';
import { timelineKinds, type TimelineRow } from '@entente/storage';
import { Choice, Flag, FreeObject, InstantText, Key, Text } from '../http/fields';
import { PageQuery } from '../http/page';
import { Shown, ShownInstant, ShownJson, ShownList } from '../http/views';

export class TraitsBody {
  @FreeObject({
    description: 'Traits by name. PATCH: null takes a trait back.',
    example: { firstName: 'Ana', country: 'FR' },
  })
  traits!: Record<string, unknown>;
}

export class TraitsAccepted {
  @Shown(String, { description: 'Under which identity it was accepted.' }) contact!: string;
  @Shown(String, { description: 'The event that carries it; a profile shows it within moments.' })
  accepted!: string;
}

export class Contact {
  @Shown(String) id!: string;
  @Shown(String, { nullable: true }) email!: string | null;
  @ShownJson({ description: 'Each trait as the source of best precedence set it.' }) traits!: JsonObject;
  @Shown(String, {
    nullable: true,
    description: 'The company of their latest group call; its traits are their trait `company`.',
  })
  company!: string | null;
  @Shown([String]) identities!: readonly string[];
  @Shown([String], { description: 'Contacts that became part of this one; their ids still answer.' })
  merged!: readonly string[];
  @Shown([String]) segments!: readonly string[];
  @ShownInstant() createdAt!: string;
}

export class ContactsQuery extends PageQuery {
  @Key({ optional: true, description: 'Members of this segment only.' })
  segment?: string;

  @InstantText({ optional: true, description: 'Contacts made at this instant or later.' })
  createdSince?: string;
}

export class TimelineQuery extends PageQuery {
  @Choice(timelineKinds, { optional: true, description: 'One kind only.' })
  kind?: TimelineRow['kind'];
}

export class TimelineItem {
  @ShownInstant() at!: string;
  @ApiProperty({ enum: timelineKinds }) kind!: string;
  @ShownJson() what!: JsonObject;
}

const another = {
  max: 300,
  description: 'Another identity: user:42, email:ana@example.com, crm:17 or anonymous:…',
  example: 'user:43',
} as const;

export class MergeBody {
  @Text(another)
  with!: string;

  @Flag({ optional: true, description: 'Only says which contacts it is about.' })
  dryRun = false;
}

export class SplitBody {
  @Text(another)
  from!: string;

  @Flag({ optional: true, description: 'Only says which contacts it is about.' })
  dryRun = false;
}

export class MergeAnswer {
  @Shown([String], { description: 'The contacts that the two identities are part of now.' })
  contacts!: readonly string[];
  @Shown(String, {
    nullable: true,
    description: 'The event that carries it; profiles show it within moments. Null for a dry run.',
  })
  accepted!: string | null;
  @Shown(Boolean) dryRun!: boolean;
}

const acts = ['grant', 'confirm', 'withdraw'] as const;
export type ApiAct = (typeof acts)[number];

export class PermissionBody {
  @Text({ max: 64, description: 'A topic; * for all of them (withdraw only).', example: 'newsletter' })
  topic!: string;

  @Choice(acts)
  act!: ApiAct;

  @Choice(['consent', 'existing-customer'], { optional: true, description: 'The legal basis (consent).' })
  basis: 'consent' | 'existing-customer' = 'consent';

  @FreeObject({
    optional: true,
    description:
      'What was shown and done; needed to grant and to confirm. Segments can ask for its `page` and `form`, where these are texts.',
    example: { page: 'https://shop.example/signup', form: 'footer', wording: 'nl-fr@3', ip: '192.0.2.1' },
  })
  evidence?: Record<string, unknown>;

  @InstantText({ optional: true, description: 'When it happened, if not now.' })
  claimedAt?: string;
}

export class PermissionAnswer {
  @Shown(String) state!: string;
  @Shown(String, { description: 'The ledger entry that stands for it.' }) entry!: string;
  @Shown(Boolean, { description: 'Whether it stood already, so that nothing was entered.' })
  already!: boolean;
}

export class PermissionEntry {
  @Shown(String) entry!: string;
  @Shown(String) topic!: string;
  @Shown(String) channel!: string;
  @Shown(String) act!: string;
  @Shown(String) actor!: string;
  @Shown(String) basis!: string;
  @Shown(String, { nullable: true }) source!: string | null;
  @Shown(String, { nullable: true }) message!: string | null;
  @ShownInstant({ nullable: true }) claimedAt!: string | null;
  @ShownInstant() recordedAt!: string;
  @ShownJson({ nullable: true, description: 'Null once it was erased.' }) evidence!: JsonObject | null;
}

export class TopicPermission {
  @Shown(String) topic!: string;
  @Shown(String) state!: string;
  @Shown(Boolean, {
    description: 'Whether mail about it may go to the address of today, as far as permission goes.',
  })
  allowed!: boolean;
  @Shown(String, { nullable: true }) entry!: string | null;
}

export class ContactSuppression {
  @Shown(String) topic!: string;
  @Shown(String) reason!: string;
  @ShownInstant() at!: string;
}

export class Permissions {
  @ShownList(TopicPermission) topics!: TopicPermission[];
  @ShownList(ContactSuppression) suppressions!: ContactSuppression[];
  @ShownList(PermissionEntry) entries!: PermissionEntry[];
}
