import type { Feedback } from '@entente/event';
import type { ContactId, Instant, JsonObject, Uuid } from '@entente/kernel';
import type { Verdict } from './verdict';

/** The message that something is told about. */
export interface ToldMessage {
  readonly id: Uuid;
  readonly contact: ContactId;
  readonly campaign: string;
  readonly topic: string;
  readonly step: string;
  readonly template: string;
  /** As the template has it; null where that is not known. */
  readonly subject: string | null;
}

/** A message, and the campaigns that led to it with nobody waiting in between, its own last; null where that is the only one. */
export interface FollowedMessage extends ToldMessage {
  readonly chain: readonly string[] | null;
}

/** What is told at once of a message starts none of the campaigns that led to it again. */
const following = ({ chain, ...message }: FollowedMessage): JsonObject => ({
  ...about(message),
  chain: chain ?? [message.campaign],
});

/** What a machine does with a message follows from its having been sent: its recipient did nothing. */
const hitOn = ({ chain, ...message }: FollowedMessage, by: Verdict['by']): JsonObject =>
  by === 'machine' ? following({ chain, ...message }) : about(message);

const about = ({ id, topic, step, ...sent }: ToldMessage): JsonObject => ({
  message: id,
  topic,
  step,
  ...sentAs(sent),
});

/** The mail that it was, by what authors named. */
export const sentAs = ({
  campaign,
  template,
  subject,
}: Pick<ToldMessage, 'campaign' | 'template' | 'subject'>) => ({
  campaign,
  template,
  ...(subject !== null && { subject }),
});

/** The next server took the message. */
export const sentFeedback = (message: FollowedMessage, at: Instant): Feedback => ({
  contact: message.contact,
  name: 'Email Sent',
  at,
  cause: `sent:${message.id}`,
  properties: following(message),
});

/** The first open of a message by a person, and the first by a machine, are told; the verdict is in `by`. */
export const openedFeedback = (message: FollowedMessage, at: Instant, { by }: Verdict): Feedback => ({
  contact: message.contact,
  name: 'Email Opened',
  at,
  cause: `opened:${message.id}:${by}`,
  properties: { ...hitOn(message, by), by },
});

/** The first click of each link by a person, and the first by a machine, are told; the verdict is in `by`. */
export const clickedFeedback = (
  message: FollowedMessage,
  at: Instant,
  { by }: Verdict,
  link: { readonly number: number; readonly url: string },
): Feedback => ({
  contact: message.contact,
  name: 'Email Clicked',
  at,
  cause: `clicked:${message.id}:${link.number}:${by}`,
  properties: { ...hitOn(message, by), link: link.number, url: link.url, by },
});

/** A server refused the message; `kind` is the class of its reply (`hard-address`, `policy-content`, …). */
export const bouncedFeedback = (
  message: FollowedMessage,
  at: Instant,
  bounce: { readonly kind: string; readonly suppressed: boolean; readonly reply: string },
): Feedback => ({
  contact: message.contact,
  name: 'Email Bounced',
  at,
  cause: `bounced:${message.id}`,
  properties: { ...following(message), ...bounce },
});

/** A message ended without having left, for this reason. */
export const withheldFeedback = (message: FollowedMessage, at: Instant, reason: string): Feedback => ({
  contact: message.contact,
  name: 'Email Withheld',
  at,
  cause: `withheld:${message.id}`,
  properties: { ...following(message), reason },
});

/** The recipient called a message spam; one complaint about a message is told. `type` is that of the report. */
export const complainedFeedback = (message: ToldMessage, at: Instant, type: string): Feedback => ({
  contact: message.contact,
  name: 'Email Complained',
  at,
  cause: `complained:${message.id}`,
  properties: { ...about(message), type },
});

/** The address that somebody has now is suppressed for a reason, or no longer. `entry` orders what is told of one contact: `17:3`. */
export const addressFeedback = (
  word: {
    readonly contact: ContactId;
    readonly reason: string;
    readonly seq: number;
    readonly suppressed: boolean;
  },
  at: Instant,
): Feedback => ({
  contact: word.contact,
  name: word.suppressed ? 'Address Suppressed' : 'Address Cleared',
  at,
  cause: `address:${word.reason}:${word.seq}`,
  properties: { reason: word.reason, entry: `${word.contact}:${word.seq}` },
});

/** Somebody was put on a list by hand, or taken off it. */
export const listFeedback = (
  change: { readonly contact: ContactId; readonly list: string; readonly joined: boolean },
  at: Instant,
): Feedback => ({
  contact: change.contact,
  name: change.joined ? 'List Joined' : 'List Left',
  at,
  cause: `list:${change.list}:${at}`,
  properties: { list: change.list },
});

/** Somebody's walk through a campaign, as it is told. */
export interface ToldWalk {
  readonly contact: ContactId;
  readonly enrollment: Uuid;
  readonly campaign: string;
}

/**
 * A walk began. `chain` names the campaigns that began one because of the other with nobody waiting in between, this one last:
 * what is told so starts none of them again.
 */
export const enteredFeedback = (walk: ToldWalk, at: Instant, chain: readonly string[]): Feedback =>
  passage('Campaign Entered', walk, at, chain);

/** A walk ended, for this reason; where it began at the same instant, with the chain that it began by. */
export const leftFeedback = (
  walk: ToldWalk,
  at: Instant,
  reason: string,
  chain: readonly string[],
): Feedback => passage('Campaign Left', walk, at, chain, reason);

const passage = (
  name: 'Campaign Entered' | 'Campaign Left',
  { contact, enrollment, campaign }: ToldWalk,
  at: Instant,
  chain: readonly string[],
  reason?: string,
): Feedback => ({
  contact,
  name,
  at,
  cause: `${name}:${enrollment}`,
  properties: { campaign, enrollment, ...(reason && { reason }), ...(chain.length > 0 && { chain }) },
});

/** The recipient opted out of a topic, or of all (`*`). One opt-out is one ledger entry; `origin` is what is told of how it came about. */
export const unsubscribedFeedback = (
  optOut: {
    readonly contact: ContactId;
    readonly topic: string;
    readonly entry: string;
    readonly origin: JsonObject;
  },
  at: Instant,
): Feedback => ({
  contact: optOut.contact,
  name: 'Unsubscribed',
  at,
  cause: `unsubscribed:${optOut.entry}`,
  properties: { topic: optOut.topic, entry: optOut.entry, ...optOut.origin },
});
