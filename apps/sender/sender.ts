import type { Clock, Uuid } from '@entente/kernel';
import type { Mailer } from '@entente/mailer';
import type { Logger, Settings } from '@entente/runtime';
import type { Database, Ended, Stopped } from '@entente/storage';

export type SenderSettings = Pick<
  Settings,
  'publicUrl' | 'senderConnections' | 'allowedRecipients' | 'tracking'
>;

/** What the parts of one sender share. */
export interface Sender {
  /** Names this process among all senders; its releases carry it. */
  readonly id: Uuid;
  readonly database: Database;
  readonly mailer: Mailer;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: SenderSettings;
  /** Counts messages that ended, or wait again, by what became of them. */
  readonly count: (status: Ended['status'] | Stopped['status'], by: string) => void;
}
