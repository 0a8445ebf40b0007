import { segmentFeedback } from '@entente/feedback';
import type { Told } from '@entente/storage';
import type { Definitions } from './definitions';
import type { ChangeCause, Person } from './person';

/**
 * Tells that somebody entered or left a segment whose author asks for that. Who is in it when it is built has not entered by anything that happened,
 * and whoever becomes part of another person, or is erased, is nobody to tell of. What starts no campaigns is told so that it starts none.
 */
export function tellChange(
  person: Person,
  kind: 'entered' | 'left',
  segment: string,
  cause: ChangeCause,
  { tellers }: Pick<Definitions, 'tellers'>,
): void {
  if (!tellers.has(segment) || cause.kind === 'build' || person.absorbed || person.erased) return;
  const [why, chain] = cause.kind === 'event' ? [cause.message, cause.chain] : [cause.kind, []];
  const change = { contact: person.id, segment, entered: kind === 'entered' };
  const feedback = segmentFeedback(change, person.clock, why, chain);
  (person.told ??= []).push({ ...feedback, ...quietly(cause) });
}

function quietly(cause: ChangeCause): Pick<Told, 'imported' | 'reread'> {
  if (cause.kind === 'event') return cause.silent ? { imported: true } : {};
  return cause.kind === 'merge' || cause.kind === 'repair' ? { reread: true } : {};
}
