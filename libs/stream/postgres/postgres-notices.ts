import type { PoolClient, Notification } from 'pg';
import type { Database } from '@entente/storage';
import { BackOff } from '../back-off';
import { asError, type StreamLog } from '../stream-log';
import { WakeUp } from '../wake-up';

/** Something happened to a topic: records in partitions, or a consumer's members changed. */
export interface Notice {
  readonly topic: string;
  readonly partitions?: readonly number[];
  readonly consumer?: string;
}

/** Told of each notice, or without one when notices may have been missed. */
type Listener = (notice?: Notice) => void;

const CHANNEL = 'entente_stream';
/** How often a silent connection is asked whether it is alive. */
const PROBE_MS = 30_000;

export const notify = (database: Database, notice: Notice): Promise<unknown> =>
  database.query('SELECT pg_notify($1, $2)', [CHANNEL, JSON.stringify(notice)]);

/** LISTENs on one connection of the pool, and on another one when that breaks. */
export class PostgresNotices {
  private readonly listeners = new Set<Listener>();
  private readonly broken = new WakeUp();
  private readonly backOff = new BackOff(100, 5_000);
  private running: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly database: Database,
    private readonly log: StreamLog,
  ) {}

  /** Gives the function that ends it. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    this.running ??= this.run();
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.broken.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.closed) {
      try {
        await this.listenOnce();
      } catch (error) {
        this.log.warn({ error: asError(error).message }, 'listening for records failed');
      }
      if (!this.closed) await this.broken.wait(this.backOff.take());
    }
  }

  private async listenOnce(): Promise<void> {
    const runner = this.database.source.createQueryRunner();
    let open = true;
    const onEnd = () => {
      open = false;
      this.broken.wake();
    };
    const onNotice = (message: Notification) => this.tell(readNotice(message));
    const client = (await runner.connect()) as PoolClient;
    client.on('notification', onNotice).on('error', onEnd).on('end', onEnd);
    try {
      await client.query(`LISTEN ${CHANNEL}`);
      this.backOff.reset();
      this.tell();
      while (!this.closed && open) {
        await this.broken.wait(PROBE_MS);
        if (open) await client.query(this.closed ? 'UNLISTEN *' : 'SELECT 1');
      }
    } finally {
      client.off('notification', onNotice).off('error', onEnd).off('end', onEnd);
      await runner.release();
    }
  }

  private tell(notice?: Notice): void {
    for (const listener of this.listeners) listener(notice);
  }
}

function readNotice(message: Notification): Notice | undefined {
  try {
    return JSON.parse(message.payload ?? '') as Notice;
  } catch {
    return undefined;
  }
}
