/** How far a hand-over had come: `message` once the content is on its way, `final` once its last dot was answered. */
export type Phase = 'connect' | 'mail' | 'rcpt' | 'data' | 'message' | 'final';

/** What the other server said last, if anything: `code` such as 550, `enhanced` such as 5.1.1. */
export interface SmtpReply {
  readonly phase: Phase;
  readonly code?: number;
  readonly enhanced?: string;
  readonly text?: string;
}

/** A reply made ready to be asked about: the enhanced code is taken from the text where it was not given apart. */
export interface ReadReply {
  readonly phase: Phase;
  readonly code: number;
  readonly enhanced: string;
  readonly text: string;
  /** Whether it speaks about the recipient: only after RCPT does a server know whom it is for. */
  readonly aboutRecipient: boolean;
}

const ENHANCED = /(?:^|[\s\-#(])([245]\.\d{1,3}\.\d{1,3})(?=$|[\s\-:;,.)])/;
const LONGEST_TEXT = 1_000;

export function readReply(reply: SmtpReply): ReadReply {
  const text = (reply.text ?? '').slice(0, LONGEST_TEXT);
  const code = reply.code ?? 0;
  const enhanced = reply.enhanced || (ENHANCED.exec(text)?.[1] ?? '');
  return {
    phase: reply.phase,
    code,
    // A code of another kind than the basic one would turn a "later" into a "never".
    enhanced: enhanced.startsWith(String(Math.floor(code / 100))) ? enhanced : '',
    text: text.toLowerCase(),
    aboutRecipient: reply.phase !== 'connect' && reply.phase !== 'mail',
  };
}
