import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Feedback } from '@entente/event';
import { clickedFeedback, openedFeedback, verdict, type Hit } from '@entente/feedback';
import type { TokenPayload } from '@entente/message';
import { Metrics, RESOURCES, type Resources } from '@entente/runtime';
import { tell } from '@entente/storage';
import { readMailedMessage, type MailedMessage } from './mailed-message';
import { LatestClicks } from './latest-clicks';
import { isErased } from './recipients';
import { RecentValues } from './recent-values';

interface Link {
  readonly url: string;
  readonly number: number;
}

/** Hits being recorded at one time; more are answered but not recorded. */
const MOST_PENDING = 500;
const REMEMBERED = 100_000;

/**
 * Records opens and clicks after they were answered: nothing that goes wrong here is seen by the recipient. The first of a kind is told
 * (see `libs/feedback`); what has been told is remembered, so that a link asked for a million times writes one row.
 */
@Injectable()
export class HitRecorder {
  private readonly pending = new Set<Promise<void>>();
  private readonly told = new RecentValues<true>(REMEMBERED);
  private readonly messages = new RecentValues<MailedMessage>(REMEMBERED / 10);
  private readonly clicks = new LatestClicks();
  private readonly counted;

  constructor(
    @Inject(RESOURCES) private readonly resources: Resources,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter('hits_total', 'Opens and clicks of mailed links', ['kind', 'outcome']);
  }

  opened(token: TokenPayload, request: FastifyRequest): void {
    this.aside('open', token, request, (message, hit) => openedFeedback(message, hit.at, verdict(hit)));
  }

  clicked(token: TokenPayload, link: Link, request: FastifyRequest): void {
    const clicks = this.clicks.add(token.message, { link: link.number, at: this.resources.clock.now() });
    this.aside('click', token, request, (message, hit) =>
      clickedFeedback(message, hit.at, verdict({ ...hit, clicks }), link),
    );
  }

  /** Resolves when nothing is being recorded. */
  async settled(): Promise<void> {
    await Promise.all(this.pending);
  }

  private aside(
    kind: 'open' | 'click',
    token: TokenPayload,
    request: FastifyRequest,
    feedbackOf: (message: MailedMessage, hit: Hit) => Feedback,
  ): void {
    if (isUncounted(request)) return this.counted.inc({ kind, outcome: 'not-counted' });
    if (this.pending.size >= MOST_PENDING) return this.counted.inc({ kind, outcome: 'dropped' });
    const hit = hitOf(request, this.resources.clock.now());
    const work = this.record(token, (message) => feedbackOf(message, { ...hit, ...sentAtOf(message) }))
      .then((outcome) => this.counted.inc({ kind, outcome }))
      .catch((error: unknown) => {
        this.counted.inc({ kind, outcome: 'failed' });
        this.resources.log.warn({ err: error, kind }, 'a hit could not be recorded');
      })
      .finally(() => this.pending.delete(work));
    this.pending.add(work);
  }

  private async record(
    token: TokenPayload,
    feedbackOf: (message: MailedMessage) => Feedback,
  ): Promise<'told' | 'known' | 'unknown'> {
    const message = await this.messageOf(token);
    if (!message) return 'unknown';
    const feedback = feedbackOf(message);
    if (this.told.get(feedback.cause)) return 'known';
    this.told.set(feedback.cause, true);
    try {
      return await this.tell(feedback);
    } catch (error) {
      this.told.delete(feedback.cause);
      throw error;
    }
  }

  private async tell(feedback: Feedback): Promise<'told' | 'unknown'> {
    return this.resources.database.transaction(async (tx) => {
      if (await isErased(tx, feedback.contact)) return 'unknown';
      await tell(tx, [feedback]);
      return 'told';
    });
  }

  /** A message whose outcome is known does not change any more. */
  private async messageOf({ contact, message }: TokenPayload): Promise<MailedMessage | undefined> {
    const known = this.messages.get(message);
    if (known) return known;
    const found = await readMailedMessage(this.resources.database, contact, message);
    if (found?.settled) this.messages.set(message, found);
    return found;
  }
}

/** A request that only looks (HEAD), or whose sender asks not to be followed (Global Privacy Control, Do Not Track). */
const isUncounted = ({ method, headers }: FastifyRequest): boolean =>
  method !== 'GET' || headers['sec-gpc'] === '1' || headers['dnt'] === '1';

function hitOf({ method, headers }: FastifyRequest, at: number): Hit {
  const purpose = headers['sec-purpose'] ?? headers['purpose'] ?? headers['x-moz'];
  const userAgent = headers['user-agent'];
  return {
    at,
    method,
    ...(userAgent !== undefined && { userAgent }),
    ...(purpose !== undefined && { purpose: String(purpose) }),
  };
}

const sentAtOf = ({ sentAt }: MailedMessage) => (sentAt === undefined ? {} : { sentAt });
