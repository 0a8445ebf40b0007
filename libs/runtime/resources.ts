import type { Clock } from '@entente/kernel';
import type { Mailer } from '@entente/mailer';
import type { Database } from '@entente/storage';
import type { Stream } from '@entente/stream';
import type { Logger } from './logger';
import type { Settings } from './settings';

/** What a process opens once and all its apps share. */
export interface Resources {
  readonly settings: Settings;
  readonly database: Database;
  readonly stream: Stream;
  readonly mailer: Mailer;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The real time. */
export const systemClock: Clock = { now: () => Date.now() };

/** An app at work. `close` lets it finish what it has in hand; the resources stay open. */
export interface RunningApp {
  readonly name: string;
  readonly url?: string;
  close(): Promise<void>;
}
