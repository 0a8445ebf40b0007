import { DefinitionsCache } from './definitions';
import type { Engine } from './engine';
import { KnownContacts } from './known-contacts';
import { Bustle } from './paced';
import { SeenMessages } from './seen-messages';
import { Through } from './through';

/** An engine that knows nothing yet. */
export const newEngine = (
  given: Pick<Engine, 'id' | 'database' | 'stream' | 'clock' | 'report'>,
): Engine => ({
  ...given,
  definitions: new DefinitionsCache(given.database, given.clock),
  through: new Through(given.stream, given.clock),
  known: new KnownContacts(),
  seen: new SeenMessages(),
  bustle: new Bustle(),
});
