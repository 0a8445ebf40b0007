import { toIso, type Instant, type JsonObject, type Uuid } from '@entente/kernel';

/** Why a contact may be enrolled. */
export type Cause =
  | {
      readonly kind: 'entered' | 'left';
      readonly segment: string;
      readonly change: string;
      readonly at: Instant;
    }
  | {
      readonly kind: 'event';
      readonly name: string;
      readonly message: Uuid;
      readonly properties: JsonObject;
      /** What was around it. */
      readonly context?: JsonObject | undefined;
      /** Of an identify call. */
      readonly identify?: true;
      readonly at: Instant;
    }
  | {
      readonly kind: 'permission';
      readonly act: 'granted' | 'confirmed';
      readonly topic: string;
      readonly entry: string;
      readonly at: Instant;
    }
  | { readonly kind: 'planned'; readonly at: Instant };

/** Names a cause among all those of one contact and campaign: one cause enrolls once. */
export function causeKey(cause: Cause): string {
  switch (cause.kind) {
    case 'entered':
    case 'left':
      return `${cause.kind}:${cause.segment}:${cause.change}`;
    case 'event':
      return `event:${cause.message}`;
    case 'permission':
      return `permission:${cause.entry}`;
    case 'planned':
      return `planned:${toIso(cause.at)}`;
  }
}

/** What is kept of a cause, and shown: of an event without what was around it, such as the address and the device of whoever did it. */
export function keptOf(cause: Cause): Cause {
  if (cause.kind !== 'event') return cause;
  const { context: _, ...kept } = cause;
  return kept;
}
