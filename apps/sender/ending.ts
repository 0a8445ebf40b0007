import type { Feedback } from '@entente/event';
import { classifyReply, retryAt, type Outcome, type Scope } from '@entente/delivery';
import { bouncedFeedback, sentFeedback, type FollowedMessage } from '@entente/feedback';
import { MINUTE, withoutAddresses, type Duration, type Instant } from '@entente/kernel';
import type { Reply } from '@entente/mailer';
import type { DueMessage, Ended } from '@entente/storage';
import type { Released } from './release';

/** What one hand-over comes to: the row, what is told about it, and whether its address must not be mailed again. */
export interface Ending {
  readonly ended: Ended;
  readonly told?: Feedback;
  /** Whether the message was given up without having left, and that is told. */
  readonly isWithheld?: boolean;
  readonly suppress?: { readonly addressHash: Buffer; readonly detail: string };
  readonly outcome?: Outcome;
}

/** Pauses for what lies with everybody's way out rather than with the recipient. */
const pauses: Readonly<Record<Scope, Duration>> = {
  recipient: 0,
  message: 0,
  route: MINUTE,
  transport: MINUTE,
  'sending-domain': 10 * MINUTE,
};

/** The first pause after a session that broke off before the content was on its way. */
const soon = MINUTE;

/** The ending of a release by the reply to it. */
export function endingOf(released: Released, reply: Reply, now: Instant): Ending {
  const outcome = classifyReply(reply);
  const said = storable(outcome.reply);
  const base = { ...idOf(released), reply: said };
  const told = toldMessage(released.message);
  switch (outcome.is) {
    case 'sent':
      return { outcome, ended: { ...base, status: 'sent' }, told: sentFeedback(told, now) };
    case 'unknown':
      return { outcome, ended: { ...base, status: 'unknown', reason: outcome.class } };
    case 'deferred':
      return { outcome, ...putOff({ ...base, ...deferred(released.message, outcome, now) }) };
    case 'failed': {
      const suppressed = outcome.suppress !== undefined;
      return {
        outcome,
        ended: { ...base, status: 'failed', reason: outcome.class },
        told: bouncedFeedback(told, now, { kind: outcome.class, suppressed, reply: said }),
        ...(suppressed && { suppress: { addressHash: released.addressHash, detail: outcome.class } }),
      };
    }
  }
}

/** A release that surely did not leave: it waits as if nothing had been. */
export const takenBack = (released: Released, why: string, now: Instant): Ending => ({
  ended: { ...idOf(released), status: 'waiting', reply: why, notBefore: now, counts: false },
});

const putOff = (ended: Ended): Ending => ({ ended, isWithheld: ended.status !== 'waiting' });

const idOf = ({ message: { contact, id }, releasedAt }: Released) => ({ contact, id, releasedAt });

function deferred(
  { attempts, expiresAt }: DueMessage,
  outcome: Extract<Outcome, { is: 'deferred' }>,
  now: Instant,
): Pick<Ended, 'status' | 'reason' | 'notBefore' | 'counts'> {
  const { class: reason, countsAttempt: counts } = outcome;
  const first = reason === 'not-sent' ? soon : undefined;
  const again = (until: Instant): Instant | undefined =>
    counts ? retryAt(attempts + 1, now, until, first) : now + pauses[outcome.scope];
  const notBefore = again(expiresAt);
  if (notBefore !== undefined && notBefore < expiresAt)
    return { status: 'waiting', reason, notBefore, counts };
  return { status: again(Infinity) === undefined ? 'failed' : 'expired', reason };
}

const toldMessage = ({
  id,
  contact,
  campaign,
  topic,
  step,
  template,
  subject,
  chain,
}: DueMessage): FollowedMessage => ({ id, contact, campaign, topic, step, template, subject, chain });

/** Servers like to repeat whom they refused; and no text in the database holds a NUL. */
const storable = (reply: string): string => withoutAddresses(reply.replaceAll('\u0000', ''));
