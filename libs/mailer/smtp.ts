import { Readable } from 'node:stream';
import type { Mail } from '@entente/message';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { prepareMail } from './compose';
import {
  NotConnected,
  type MailConnection,
  type Mailer,
  type Phase,
  type PreparedMail,
  type Reply,
  type SendOptions,
} from './mailer';
import { answered, connectReply, replyOf, type SmtpError } from './smtp-reply';

/** Milliseconds, by default those of RFC 5321 section 4.5.3.2. */
export interface SmtpTimeouts {
  readonly connect: number;
  readonly greeting: number;
  /** MAIL, RCPT and DATA together. */
  readonly envelope: number;
  /** From the first byte of the content to the answer to its end: a shorter one makes duplicates. */
  readonly content: number;
  readonly quit: number;
}

const MINUTE = 60_000;
const standardTimeouts: SmtpTimeouts = {
  connect: 5 * MINUTE,
  greeting: 5 * MINUTE,
  envelope: 5 * MINUTE,
  content: 10 * MINUTE,
  quit: 5_000,
};

/**
 * Hands mail over by SMTP. `smtps:` and a user name in the URL ask for verified TLS (STARTTLS for `smtp:`), so does
 * `?tls=required`; otherwise TLS is used where it is offered.
 */
export function openSmtpMailer(url: string, timeouts: Partial<SmtpTimeouts> = {}): Mailer {
  const server = serverOf(new URL(url));
  const limits = { ...standardTimeouts, ...timeouts };
  const open = new Set<SmtpSession>();
  return {
    open: async () => {
      const session = await SmtpSession.connect(server, limits);
      open.add(session);
      session.onEnd(() => open.delete(session));
      return session;
    },
    close: async () => {
      await Promise.all([...open].map((session) => session.quit()));
    },
  };
}

interface Server {
  readonly options: SMTPConnection.Options;
  readonly credentials?: { readonly user: string; readonly pass: string };
}

function serverOf(url: URL): Server {
  const secure = url.protocol === 'smtps:';
  const verified = secure || url.username !== '' || url.searchParams.get('tls') === 'required';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (secure ? 465 : url.username ? 587 : 25);
  const tls = { minVersion: 'TLSv1.2', rejectUnauthorized: verified } as const;
  return {
    options: {
      host,
      port,
      secure,
      tls,
      ...(verified && !secure ? { requireTLS: true } : { opportunisticTLS: true }),
    },
    ...(url.username && {
      credentials: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    }),
  };
}

class SmtpSession implements MailConnection {
  private ended = false;
  private dirty = false;
  private endListeners: (() => void)[] = [];

  private constructor(
    private readonly connection: SMTPConnection,
    private readonly limits: SmtpTimeouts,
  ) {
    connection.on('error', () => undefined); // told by the callback of the command in hand
    connection.once('end', () => {
      this.ended = true;
      for (const listener of this.endListeners) listener();
    });
  }

  static async connect({ options, credentials }: Server, limits: SmtpTimeouts): Promise<SmtpSession> {
    const connection = new SMTPConnection({
      ...options,
      connectionTimeout: limits.connect,
      greetingTimeout: limits.greeting,
      socketTimeout: limits.content + MINUTE,
    });
    const session = new SmtpSession(connection, limits);
    try {
      await settled(connection, (done) => connection.connect(done));
      if (credentials) await settled(connection, (done) => connection.login({ credentials }, done));
      return session;
    } catch (error) {
      connection.close();
      throw new NotConnected(connectReply(error as SmtpError));
    }
  }

  get isOpen(): boolean {
    return !this.ended;
  }

  onEnd(listener: () => void): void {
    this.endListeners.push(listener);
  }

  async send(mail: Mail | PreparedMail, options: SendOptions = {}): Promise<Reply> {
    const prepared = 'raw' in mail ? mail : await prepareMail(mail, options.dkim);
    if (options.signal?.aborted || !(await this.isReady()))
      return { phase: 'connect', text: 'the session has ended' };
    const reply = await this.handOver(prepared, options);
    this.dirty = reply.code === undefined || reply.code >= 400;
    if (reply.code === undefined || reply.code === 421) this.connection.close();
    return reply;
  }

  async quit(): Promise<void> {
    if (this.ended) return;
    const end = new Promise<void>((resolve) => this.onEnd(resolve));
    const timer = setTimeout(() => this.connection.close(), this.limits.quit);
    this.connection.quit();
    await end;
    clearTimeout(timer);
  }

  /** A refused mail leaves its transaction open; the next one begins with RSET. */
  private async isReady(): Promise<boolean> {
    if (this.ended || !this.dirty) return !this.ended;
    const reset = settled(this.connection, (done) => this.connection.reset(done));
    const timer = setTimeout(() => this.connection.close(), this.limits.envelope);
    this.dirty = false;
    await reset.catch(() => this.connection.close());
    clearTimeout(timer);
    return !this.ended;
  }

  private handOver({ envelopeFrom, to, raw }: PreparedMail, options: SendOptions): Promise<Reply> {
    return new Promise((resolve) => {
      const watch = new PhaseWatch(raw, this.limits, options, (reply) => {
        this.connection.close();
        resolve(reply);
      });
      const envelope = { from: envelopeFrom, to, size: raw.length };
      this.connection.send(envelope, watch.content, (error, info) => {
        watch.stop();
        resolve(error ? replyOf(error as SmtpError, watch.phase) : answered('final', info.response));
      });
    });
  }
}

/** Follows one hand-over: the content is read only after the server has asked for it. */
class PhaseWatch {
  phase: Phase = 'mail';
  readonly content: Readable;
  private timer: NodeJS.Timeout;

  constructor(
    raw: Buffer,
    private readonly limits: SmtpTimeouts,
    private readonly options: SendOptions,
    private readonly giveUp: (reply: Reply) => void,
  ) {
    const patience = Math.min(limits.envelope, options.beginWithin ?? Infinity);
    this.timer = setTimeout(this.expire, patience);
    options.signal?.addEventListener('abort', this.abort);
    const begin = (): void => this.begin();
    this.content = new Readable({
      read() {
        begin();
        this.push(raw);
        this.push(null);
      },
    });
    this.content.once('end', () => (this.phase = 'final'));
  }

  stop(): void {
    clearTimeout(this.timer);
    this.options.signal?.removeEventListener('abort', this.abort);
  }

  private begin(): void {
    this.stop();
    this.phase = 'message';
    this.timer = setTimeout(this.expire, this.limits.content);
  }

  private readonly expire = (): void => this.end('no answer in time');
  private readonly abort = (): void => this.end('taken back');

  private end(text: string): void {
    this.stop();
    this.giveUp({ phase: this.phase, text });
  }
}

/** Runs one command of a session; an error that ends the session ends the command too. */
function settled(
  connection: SMTPConnection,
  run: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(new Error('the session has ended'));
    const finish = (error?: Error | null): void => {
      connection.off('error', finish);
      connection.off('end', end);
      if (error) reject(error);
      else resolve();
    };
    connection.once('error', finish);
    connection.once('end', end);
    run(finish);
  });
}
