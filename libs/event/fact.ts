import type { ContactId, Instant, JsonObject } from '@entente/kernel';

/** The calls of the Segment tracking spec. */
export type FactType = 'identify' | 'track' | 'page' | 'screen' | 'group' | 'alias';

/**
 * A key that points to one contact: `user:42`, `anonymous:…`, `email:ana@example.com`, `phone:+33…`,
 * `<kind>:<value>` of a CRM (`crm:17`), or `id:<contact id>` from Entente itself.
 */
export type IdentityKey = string;

/**
 * Why a fact came: lived now, or brought in by an import (which starts nothing unless its author says so), or told because
 * contacts were merged or a source's rank changed (which starts nothing).
 */
export type FactCause = 'event' | 'import' | 'merge' | 'reread';

/** What a record of the stream carries, version 1. `arrival` is not in it: the stream stamps that. */
export interface Fact {
  readonly v: 1;
  readonly type: FactType;
  readonly source: number;
  readonly messageId: string;
  readonly userId?: string;
  readonly anonymousId?: string;
  /** alias: the id that is also `userId`. */
  readonly previousId?: string;
  /** alias of an operator: the keys are two persons', not one's. */
  readonly apart?: boolean;
  /** group: the company; what a system says of the company itself names nobody else. */
  readonly groupId?: string;
  /** References by a trusted source, strongest first, when there is no userId: CRM id, email, contact id. */
  readonly contact?: readonly IdentityKey[];
  /** track: the event's name; page and screen: the page's name. */
  readonly name?: string;
  readonly properties?: JsonObject;
  readonly traits?: JsonObject;
  readonly context?: JsonObject;
  /** The client's timestamp corrected by the clock skew; event time is the earlier of this and the arrival. */
  readonly timestamp: Instant;
  readonly cause?: FactCause;
  /** Effects an import's author asked for: with true it may start campaigns. */
  readonly effects?: boolean;
}

/** What Entente tells about itself, as facts of the source `entente` about `id:<contact>`. */
export const feedbackNames = [
  'Email Sent',
  'Email Delivered',
  'Email Opened',
  'Email Clicked',
  'Email Bounced',
  'Email Withheld',
  'Email Complained',
  'Unsubscribed',
  'Permission Granted',
  'Permission Confirmed',
  'Permission Withdrawn',
  'Company Changed',
  'Permission Paused',
  'Permission Shared',
  'Address Suppressed',
  'Address Cleared',
  'List Joined',
  'List Left',
  'Segment Entered',
  'Segment Left',
  'Campaign Entered',
  'Campaign Left',
] as const;
export type FeedbackName = (typeof feedbackNames)[number];

/** What an entry into a segment and an exit from one are called. */
export const passageNames = ['Segment Entered', 'Segment Left'] as const satisfies FeedbackName[];

export const isPassage = (name: string): boolean => passageNames.some((one) => one === name);

const ofMessage = ['message', 'campaign', 'topic', 'step', 'template', 'subject'];
/** Of what is told of a message before its recipient does something with it. */
const ofFollowing = [...ofMessage, 'chain'];
/** How an entry of the ledger came about. */
const ofOrigin = ['way', 'claimedAt', 'source', 'message', 'campaign', 'template', 'subject'];
const ofPermission = [
  ...['topic', 'entry', 'basis', 'actor', 'state'],
  ...ofOrigin,
  ...['import', 'page', 'form'],
];

/** The properties that each of these may have. */
export const feedbackProperties: Readonly<Record<FeedbackName, readonly string[]>> = {
  'Email Sent': ofFollowing,
  'Email Delivered': ofMessage,
  'Email Opened': [...ofFollowing, 'by'],
  'Email Clicked': [...ofFollowing, 'by', 'link', 'url'],
  'Email Bounced': [...ofFollowing, 'kind', 'suppressed', 'reply'],
  'Email Withheld': [...ofFollowing, 'reason'],
  'Email Complained': [...ofMessage, 'type'],
  Unsubscribed: ['topic', 'entry', ...ofOrigin],
  'Permission Granted': ofPermission,
  'Permission Confirmed': ofPermission,
  'Permission Withdrawn': ofPermission,
  'Permission Paused': ofPermission,
  'Permission Shared': ofPermission,
  'Company Changed': ['company', 'version', 'joined'],
  'Address Suppressed': ['reason', 'entry'],
  'Address Cleared': ['reason', 'entry'],
  'List Joined': ['list'],
  'List Left': ['list'],
  'Segment Entered': ['segment', 'chain'],
  'Segment Left': ['segment', 'chain'],
  'Campaign Entered': ['campaign', 'enrollment', 'chain'],
  'Campaign Left': ['campaign', 'enrollment', 'chain', 'reason'],
};

/** A fact of Entente itself; its message id is derived from its cause, so telling it twice tells it once. */
export interface Feedback {
  readonly contact: ContactId;
  readonly name: FeedbackName;
  readonly at: Instant;
  readonly cause: string;
  readonly properties: JsonObject;
}
