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
  /** Under which identity it was accepted. */
  @Shown(String) contact!: string;
  /** The event that carries it; a profile shows it within moments. */
  @Shown(String) accepted!: string;
}

export class Contact {
  @Shown(String) id!: string;
  @Shown(String, true) email!: string | null;
  /** Each trait as the source of best precedence set it. */
  @ShownJson() traits!: JsonObject;
  /** The company of their latest group call; its traits are their trait `company`. */
  @Shown(String, true) company!: string | null;
  @Shown([String]) identities!: readonly string[];
  /** Contacts that became part of this one; their ids still answer. */
  @Shown([String]) merged!: readonly string[];
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
  /** The contacts that the two identities are part of now. */
  @Shown([String]) contacts!: readonly string[];
  /** The event that carries it; profiles show it within moments. Null for a dry run. */
  @Shown(String, true) accepted!: string | null;
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
    description: 'What was shown and done; needed to grant and to confirm.',
    example: { page: 'https://shop.example/signup', wording: 'nl-fr@3', ip: '192.0.2.1' },
  })
  evidence?: Record<string, unknown>;

  @InstantText({ optional: true, description: 'When it happened, if not now.' })
  claimedAt?: string;
}

export class PermissionAnswer {
  @Shown(String) state!: string;
  /** The ledger entry that stands for it. */
  @Shown(String) entry!: string;
  /** Whether it stood already, so that nothing was entered. */
  @Shown(Boolean) already!: boolean;
}

export class PermissionEntry {
  @Shown(String) entry!: string;
  @Shown(String) topic!: string;
  @Shown(String) channel!: string;
  @Shown(String) act!: string;
  @Shown(String) actor!: string;
  @Shown(String) basis!: string;
  @Shown(String, true) source!: string | null;
  @Shown(String, true) message!: string | null;
  @ShownInstant(true) claimedAt!: string | null;
  @ShownInstant() recordedAt!: string;
  /** Null once it was erased. */
  @ShownJson(true) evidence!: JsonObject | null;
}

export class TopicPermission {
  @Shown(String) topic!: string;
  @Shown(String) state!: string;
  /** Whether mail about it may go to the address of today, as far as permission goes. */
  @Shown(Boolean) allowed!: boolean;
  @Shown(String, true) entry!: string | null;
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
