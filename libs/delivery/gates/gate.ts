import type { Act } from '@entente/consent';
import type { WithheldReason } from '@entente/event';

/** How a standing suppression covers a message: by its topic, or by everything. */
export interface StandingSuppression {
  readonly topic: string;
  readonly reason: 'opt-out' | 'hard-bounce' | 'complaint' | 'operator';
}

/**
 * What the gates look at, read in the transaction that would release the message. A fact that could not be read is
 * left undefined, and an unknown fact refuses.
 */
export interface GateFacts {
  /** Whether the person has been erased. */
  readonly erased?: boolean;
  /** The address the message would go to; null when the person has none. */
  readonly address?: string | null;
  /** Unlifted suppressions of this address for the message's topic or for `*`. */
  readonly suppressions?: readonly StandingSuppression[];
  /** What the ledger says for this topic: `allowed` as libs/consent's `allows`, `state` as its fold ('none' without an entry). */
  readonly permission?: { readonly allowed: boolean; readonly state: Act | 'none' };
  /** The status of the campaign the message belongs to. */
  readonly campaign?: string;
}

/** What may be told of it, and what is not: of somebody erased, and of a campaign that waits or never was live. */
export type EndReason = WithheldReason | 'erased' | `campaign-${string}`;

/** Why a message may not go now. One that `waits` stays queued; the others end it. */
export interface GateRefusal {
  readonly reason: EndReason;
  readonly waits?: boolean;
}

/** A reason why a message may not go, or undefined when this gate lets it through. */
export type Gate = (facts: GateFacts) => GateRefusal | undefined;
