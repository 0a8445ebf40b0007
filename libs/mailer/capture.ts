import type { Mail } from '@entente/message';
import { prepareMail } from './compose';
import type { MailConnection, Mailer, PreparedMail, Reply, SendOptions } from './mailer';

/** A mailer that keeps what it is given, for tests. */
export interface CaptureMailer extends Mailer {
  /** What was handed over and accepted, in order. */
  readonly sent: readonly PreparedMail[];
  /** Decides the answer to each mail; by default all are accepted. May wait. */
  answer: (mail: PreparedMail) => Reply | Promise<Reply>;
}

const accepted: Reply = { phase: 'final', code: 250, enhanced: '2.0.0', text: '2.0.0 kept' };

export function openCaptureMailer(): CaptureMailer {
  const sent: PreparedMail[] = [];
  const sessions = new Set<CaptureSession>();
  const mailer: CaptureMailer = {
    sent,
    answer: () => accepted,
    open: async () => {
      const session = new CaptureSession((mail) => mailer.answer(mail), sent);
      sessions.add(session);
      return session;
    },
    close: async () => {
      for (const session of sessions) await session.quit();
    },
  };
  return mailer;
}

class CaptureSession implements MailConnection {
  isOpen = true;

  constructor(
    private readonly answer: (mail: PreparedMail) => Reply | Promise<Reply>,
    private readonly sent: PreparedMail[],
  ) {}

  async send(mail: Mail | PreparedMail, options: SendOptions = {}): Promise<Reply> {
    const prepared = 'raw' in mail ? mail : await prepareMail(mail, options.dkim);
    if (!this.isOpen || options.signal?.aborted) return { phase: 'connect', text: 'the session has ended' };
    const reply = await this.answer(prepared);
    if (reply.code !== undefined && reply.code < 300) this.sent.push(prepared);
    if (reply.code === undefined) this.isOpen = false;
    return reply;
  }

  async quit(): Promise<void> {
    this.isOpen = false;
  }
}
