import type { Phase, SmtpReply } from '@entente/delivery';
import type { Mail } from '@entente/message';
import type { DkimKey } from './dkim';

/** A mail as it goes over the wire, with its envelope. */
export interface PreparedMail {
  readonly envelopeFrom: string;
  readonly to: string;
  /** The whole message, header and body, signed where it is to be signed. */
  readonly raw: Buffer;
}

/** The last that is known of a hand-over: how far it came, and what the other side answered, if it did. */
export type Reply = SmtpReply;
export type { Phase };

export interface SendOptions {
  /** Signs a `Mail`; a `PreparedMail` is sent as it is. */
  readonly dkim?: DkimKey;
  /** Gives up where the content is not yet on its way; from then on the answer is awaited. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which a content that is not yet on its way stays here. */
  readonly beginWithin?: number;
}

/** One session with a mail server; takes one mail at a time. */
export interface MailConnection {
  readonly isOpen: boolean;
  /** Hands one mail over. Always resolves: a failure is a reply too, or the lack of one at some phase. */
  send(mail: Mail | PreparedMail, options?: SendOptions): Promise<Reply>;
  /** Ends the session; resolves when it is closed. */
  quit(): Promise<void>;
}

/** Where mail is handed over. Two adapters keep one contract (test/contract). */
export interface Mailer {
  /** A session that is ready for a mail. Throws `NotConnected`. */
  open(): Promise<MailConnection>;
  /** Ends every session. */
  close(): Promise<void>;
}

/** No session could be had. */
export class NotConnected extends Error {
  constructor(readonly reply: Reply) {
    super(`no session with the mail server: ${[reply.code, reply.text].filter(Boolean).join(' ')}`);
    this.name = 'NotConnected';
  }
}
