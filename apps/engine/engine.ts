import { SECOND, type Clock, type Duration, type Uuid } from '@entente/kernel';
import type { Database } from '@entente/storage';
import type { Stream } from '@entente/stream';
import type { DefinitionsCache } from './definitions';
import type { KnownContacts } from './known-contacts';
import type { Bustle } from './paced';
import type { SeenMessages } from './seen-messages';
import type { Through } from './through';

/** What every role of the engine works with. */
export interface Engine {
  readonly id: Uuid;
  readonly database: Database;
  readonly stream: Stream;
  readonly clock: Clock;
  readonly definitions: DefinitionsCache;
  readonly through: Through;
  readonly known: KnownContacts;
  readonly seen: SeenMessages;
  readonly bustle: Bustle;
  /** Tells the operator of something that went wrong and that a person should look at. */
  readonly report: (what: string, error: unknown, details: Readonly<Record<string, unknown>>) => void;
}

/** How long a share of the work stays with an engine that is no longer heard of. */
export const leaseLength: Duration = 10 * SECOND;

/** Contacts that one transaction of the timers and the jobs takes. */
export const chunkSize = 500;
