import { DAY } from '@entente/kernel';
import type { Deferred, Reaction, ReplyClass, Scope } from './outcome';

const tryAgain = (scope: Scope, more: Partial<Deferred> = {}): Reaction => ({
  is: 'deferred',
  scope,
  countsAttempt: scope === 'recipient',
  ...more,
});

const hardBounce = { is: 'failed', scope: 'recipient', suppress: 'hard-bounce' } as const;

/** What each class of reply leads to. */
export const reactions: Readonly<Record<ReplyClass, Reaction>> = {
  accepted: { is: 'sent' },
  unknown: { is: 'unknown' },
  'not-sent': tryAgain('recipient'),
  'hard-address': hardBounce,
  'hard-domain': hardBounce,
  'hard-inactive': hardBounce,
  'hard-owner': { ...hardBounce, voidsPermission: true },
  'soft-mailbox': { is: 'failed', scope: 'recipient' },
  soft: tryAgain('recipient'),
  'soft-route': tryAgain('route'),
  'soft-greylist': tryAgain('recipient'),
  throttle: tryAgain('route', { slowDown: true }),
  'policy-content': { is: 'failed', scope: 'message' },
  'policy-block': tryAgain('route', { alert: true }),
  'policy-auth': tryAgain('sending-domain', { alert: true }),
  'content-size': { is: 'failed', scope: 'message' },
  expired: { is: 'failed', scope: 'recipient' },
  'our-bug': { is: 'failed', scope: 'message', alert: true },
  unsupported: { is: 'failed', scope: 'message', alert: true },
  config: tryAgain('transport', { alert: true }),
  refused: { is: 'failed', scope: 'message' },
};

/** A domain that no longer resolves: refused like the others, but looked at once more. */
export const unresolvedDomain: Reaction = { ...hardBounce, recheckAfter: DAY };
