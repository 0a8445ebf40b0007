import type { Duration } from '@entente/kernel';
import { BackOff } from '../back-off';
import { KafkaReader, type ReadFrom } from './kafka-reader';
import type { ConsumeOptions, Consumption } from '../stream';
import { asError } from '../stream-log';
import { WakeUp } from '../wake-up';

const LOOK_MS: Duration = 5_000;
/** A consumer that neither fetched nor heard its coordinator for so long has hung. */
const SILENCE_MS: Duration = 60_000;

/** One member of a consumer's group. Watches over its reader, and replaces it when it crashed or hangs. */
export class KafkaConsumption implements Consumption {
  private readonly backOff = new BackOff(500, 10_000);
  private readonly ended = new WakeUp();
  private reader: KafkaReader | undefined;
  private stopped: Promise<void> | undefined;
  private readonly finished: Promise<void>;

  constructor(
    private readonly of: ReadFrom,
    private readonly options: ConsumeOptions,
  ) {
    this.finished = this.watch();
  }

  assigned(): readonly number[] {
    return this.reader?.assigned() ?? [];
  }

  stop(): Promise<void> {
    this.stopped ??= this.wind();
    return this.stopped;
  }

  private async wind(): Promise<void> {
    this.ended.wake();
    await this.reader?.stop();
    await this.finished;
  }

  private async watch(): Promise<void> {
    while (!this.stopped) {
      const reader = new KafkaReader(this.of, this.options, () => this.ended.wake());
      this.reader = reader;
      await this.readWhileAlive(reader);
      await reader.stop();
      if (!this.stopped) await this.ended.wait(this.backOff.take());
    }
  }

  /** Returns when the reader crashed, hangs, or is to be stopped. */
  private async readWhileAlive(reader: KafkaReader): Promise<void> {
    try {
      await reader.start();
      while (!this.stopped && !reader.crashed && reader.silence() < SILENCE_MS) {
        await this.ended.wait(LOOK_MS);
        if (reader.assigned().length > 0) this.backOff.reset();
      }
      if (!this.stopped)
        this.of.report.warn({ topic: this.of.topic }, 'replacing a consumer that crashed or hangs');
    } catch (error) {
      this.of.report.warn({ error: asError(error).message }, 'starting a consumer failed');
    }
  }
}
