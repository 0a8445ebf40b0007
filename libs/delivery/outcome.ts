import type { Duration } from '@entente/kernel';

/** What the failure is about, and so what has to pause or stop. */
export type Scope = 'recipient' | 'message' | 'route' | 'sending-domain' | 'transport';

/**
 * What became of one attempt to hand a message over. `unknown` means that it may have been accepted: it is never sent
 * again by itself. `sent` means accepted by the next server, which is not yet delivered.
 */
export type Outcome = { readonly class: ReplyClass; readonly reply: string } & Reaction;

export type Reaction =
  | { readonly is: 'sent' | 'unknown' }
  | Deferred
  | {
      readonly is: 'failed';
      readonly scope: Scope;
      /** The address is suppressed for this reason. */
      readonly suppress?: 'hard-bounce';
      /** Whoever reads mail there now is somebody else: the permission is void. */
      readonly voidsPermission?: boolean;
      /** The name did not resolve, which may be an accident: look again, once, after this long. */
      readonly recheckAfter?: Duration;
      /** A person has to look. */
      readonly alert?: boolean;
    };

export interface Deferred {
  readonly is: 'deferred';
  readonly scope: Scope;
  /** Whether the message has used one of its attempts; not when the fault lies elsewhere. */
  readonly countsAttempt: boolean;
  /** The provider asks for a lower rate. */
  readonly slowDown?: boolean;
  readonly alert?: boolean;
}

export type ReplyClass =
  | 'accepted'
  | 'unknown'
  | 'not-sent'
  | 'hard-address'
  | 'hard-domain'
  | 'hard-inactive'
  | 'hard-owner'
  | 'soft-mailbox'
  | 'soft'
  | 'soft-route'
  | 'soft-greylist'
  | 'throttle'
  | 'policy-content'
  | 'policy-block'
  | 'policy-auth'
  | 'content-size'
  | 'expired'
  | 'our-bug'
  | 'unsupported'
  | 'config'
  | 'refused';
