import type { Instant, Uuid } from '@entente/kernel';

/** A mailbox with the name shown beside it; the address is one canonical addr-spec. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** A finished mail to one recipient: plain strings only, nothing in it is looked up or interpreted again. */
export interface Mail {
  readonly from: Mailbox;
  /** One canonical addr-spec, the only recipient. */
  readonly to: string;
  readonly replyTo?: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** More headers by name; values are unfolded text without line breaks. */
  readonly headers: Readonly<Record<string, string>>;
  /** The SMTP envelope's sender. */
  readonly envelopeFrom: string;
  /** With angle brackets: `<id@sending-domain>`. */
  readonly messageId: string;
  readonly date: Instant;
}

/** The same on every attempt, so that a receiver can see a repetition. */
export const messageIdOf = (message: Uuid, sendingDomain: string): string => `<${message}@${sendingDomain}>`;
