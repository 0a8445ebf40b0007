import { recordOf, type FactType } from '@entente/event';
import { Invalid, type Clock } from '@entente/kernel';
import type { Logger, Metrics } from '@entente/runtime';
import { StreamBusy, type Stream } from '@entente/stream';
import { HttpException } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { readItems, type ItemError, type ReadItems } from './read-items';
import type { TrackingBody } from './tracking-body';

/** What a request's sender is told: how many items are in the log for good, and which were refused. */
export interface Receipt {
  readonly success: true;
  readonly accepted: number;
  readonly errors: readonly ItemError[];
}

/** Problems of a wholly refused request that are told. */
const MOST_TOLD = 100;

/** Takes requests in: checked, stamped, appended to the stream, and only then acknowledged. */
export class Intake {
  private readonly counted;
  private isFailing = false;

  constructor(
    private readonly stream: Stream,
    private readonly clock: Clock,
    private readonly log: Logger,
    metrics: Metrics,
  ) {
    const items = metrics.counter('ingest_items_total', 'Items of the Tracking API', ['result']);
    this.counted = {
      accepted: items.labels('accepted'),
      refused: items.labels('refused'),
      turnedAway: items.labels('turned-away'),
      early: metrics.counter('ingest_future_total', 'Accepted items whose time lies after their arrival'),
    };
  }

  /** Resolves when every sound item is durably in the stream. Throws `Invalid` when none was sound. */
  async take(body: TrackingBody, source: number, type?: FactType): Promise<Receipt> {
    const receivedAt = this.clock.now();
    const read = readItems(body, { source, receivedAt, type, newId: uuidv7 });
    if (read.errors.length > 0) this.counted.refused.inc(read.errors.length);
    if (read.facts.length === 0) throw refusal(read.errors, type === undefined);
    await this.append(read);
    this.counted.accepted.inc(read.facts.length);
    const early = read.facts.filter(({ timestamp }) => timestamp > receivedAt).length;
    if (early > 0) this.counted.early.inc(early);
    return { success: true, accepted: read.facts.length, errors: read.errors };
  }

  /** A stream that is full is the sender's to wait for (429); one that failed is our trouble (503). */
  private async append({ facts }: ReadItems): Promise<void> {
    try {
      await this.stream.append(facts.map(recordOf));
      this.isFailing = false;
    } catch (error) {
      this.counted.turnedAway.inc(facts.length);
      if (error instanceof StreamBusy && error.cause === undefined) throw error;
      this.tellOnce(error);
      throw new HttpException('The stream takes no records now.', 503, { cause: error });
    }
  }

  /** Logs the first failure of an outage, not each of its requests. */
  private tellOnce(error: unknown): void {
    if (!this.isFailing) this.log.error({ err: error }, 'the stream takes no records');
    this.isFailing = true;
  }
}

/** Why nothing of a request was taken: 413 for one item that is too large, else 400. */
function refusal(errors: readonly ItemError[], isBatch: boolean): Error {
  if (!isBatch && errors[0]!.problems.some(({ code }) => code === 'size'))
    return new HttpException('An item is at most 32 kB.', 413);
  const problems = errors.flatMap(({ index, problems: own }) =>
    isBatch ? own.map((one) => ({ ...one, path: `batch[${index}]${one.path && `.${one.path}`}` })) : own,
  );
  return new Invalid('No item could be accepted.', problems.slice(0, MOST_TOLD));
}
