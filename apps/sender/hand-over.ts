import { MINUTE, SECOND, type Duration, type Instant } from '@entente/kernel';
import { NotConnected, type MailConnection, type Reply } from '@entente/mailer';
import { endingOf, takenBack, type Ending } from './ending';
import type { Released } from './release';
import type { Sender } from './sender';

/** The content of a released message is on its way within this time, or the message is taken back. */
const beginWithin: Duration = 30 * SECOND;
/** A released message that no session has taken up by then is taken back. */
const takeUpWithin: Duration = 10 * SECOND;
/** Longer than this a released message should not wait: what is released and has not left is unknown after a crash. */
const promptly: Duration = 300;
const firstRest = SECOND;
const longestRest = MINUTE;

/** Hands released messages over, over several sessions, one message at a time in each. */
export class HandOver {
  private readonly queue: Released[] = [];
  private readonly idle: MailConnection[] = [];
  private working = 0;
  private failures = 0;
  private restUntil: Instant = 0;
  private onRoom: (() => void) | undefined;
  /** Whether a message had to wait for its session longer than it should, since somebody asked. */
  private slow = false;

  constructor(
    private readonly sender: Sender,
    private readonly end: (ending: Ending) => void,
  ) {}

  /** Messages released and not yet ended. */
  get inHand(): number {
    return this.queue.length + this.working;
  }

  /** How long to rest before the mail server is tried again. */
  get rest(): Duration {
    return Math.max(0, this.restUntil - this.sender.clock.now());
  }

  /** Opens sessions for so many messages, and says whether there is one at all. Messages are released only then. */
  async ready(messages: number): Promise<boolean> {
    this.dropClosed();
    const wanted =
      Math.min(messages, this.sender.settings.senderConnections) - this.idle.length - this.working;
    const opened = await Promise.allSettled(Array.from({ length: wanted }, () => this.sender.mailer.open()));
    for (const one of opened) {
      if (one.status === 'fulfilled') this.idle.push(one.value);
      else this.failed(one.reason);
    }
    if (opened.some(({ status }) => status === 'fulfilled')) this.failures = 0;
    return this.idle.length + this.working > 0;
  }

  add(released: readonly Released[]): void {
    this.queue.push(...released);
    while (this.idle.length > 0 && this.queue.length > 0) void this.work(this.idle.pop()!);
    if (this.working === 0) this.takeAllBack('no session');
  }

  /** Resolves when at most this many messages wait for a session. */
  async room(waiting: number): Promise<void> {
    while (this.queue.length > waiting) await this.someEnded();
  }

  /** Resolves when every released message has ended. */
  async drained(): Promise<void> {
    while (this.inHand > 0) await this.someEnded();
  }

  /** Whether messages had to wait since the last time this was asked. */
  tookLong(): boolean {
    const { slow } = this;
    this.slow = false;
    return slow;
  }

  /** Ends sessions that nothing is handed over in. */
  async closeIdle(): Promise<void> {
    await Promise.all(this.idle.splice(0).map((session) => session.quit()));
  }

  /** One session's work: message after message until none is left or the session ends. */
  private async work(session: MailConnection): Promise<void> {
    this.working += 1;
    let used = false;
    for (let next = this.queue.shift(); next; next = session.isOpen ? this.queue.shift() : undefined) {
      this.end(await this.handOver(session, next, used));
      used = true;
      this.tellRoom();
    }
    this.working -= 1;
    if (session.isOpen) this.idle.push(session);
    else await this.replace();
    this.tellRoom();
  }

  /** A session that ended leaves messages to the others, or to a new one. */
  private async replace(): Promise<void> {
    if (this.queue.length === 0) return;
    const opened = await this.ready(this.working + 1);
    const session = this.idle.pop();
    if (session) void this.work(session);
    else if (!opened) this.takeAllBack('no session');
  }

  private async handOver(session: MailConnection, released: Released, used: boolean): Promise<Ending> {
    const { clock } = this.sender;
    const start = clock.now();
    if (start > released.releasedAt + promptly) this.slow = true;
    if (start > released.releasedAt + takeUpWithin) return takenBack(released, 'not taken up in time', start);
    const reply = await session.send(released.mail, { beginWithin });
    const now = clock.now();
    if (reply.phase === 'connect' && reply.code === undefined)
      return takenBack(released, 'the session had ended', now);
    if (used && endedAtOnce(reply, now - start)) return takenBack(released, 'the session ended', now);
    const ending = endingOf(released, reply, now);
    this.learn(ending);
    return ending;
  }

  /** What says something about everybody's way out makes this sender rest. */
  private learn({ outcome }: Ending): void {
    if (!outcome) return;
    if ('alert' in outcome && outcome.alert)
      this.sender.log.error(
        { class: outcome.class },
        'the mail server refuses for a reason that a person must look at',
      );
    if (outcome.is === 'deferred' && (outcome.scope === 'route' || outcome.scope === 'transport'))
      this.backOff();
    else if (outcome.is === 'sent') this.failures = 0;
  }

  private failed(error: unknown): void {
    this.sender.log.warn(
      error instanceof NotConnected ? { phase: error.reply.phase, code: error.reply.code } : { err: error },
      'no session with the mail server',
    );
    this.backOff();
  }

  private backOff(): void {
    const now = this.sender.clock.now();
    if (now < this.restUntil) return;
    this.restUntil = now + Math.min(firstRest * 2 ** this.failures, longestRest);
    this.failures += 1;
  }

  private takeAllBack(why: string): void {
    for (const released of this.queue.splice(0)) this.end(takenBack(released, why, this.sender.clock.now()));
    this.tellRoom();
  }

  private dropClosed(): void {
    const open = this.idle.filter((session) => session.isOpen);
    this.idle.splice(0, this.idle.length, ...open);
  }

  private someEnded(): Promise<void> {
    return new Promise((resolve) => (this.onRoom = resolve));
  }

  private tellRoom(): void {
    this.onRoom?.();
    this.onRoom = undefined;
  }
}

/** Servers end sessions between two mails, for being idle or for having taken enough: that says nothing about the next mail. */
const endedAtOnce = ({ phase, code }: Reply, took: Duration): boolean =>
  phase === 'mail' && code === undefined && took < beginWithin / 2;
