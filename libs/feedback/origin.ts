import type { Way } from '@entente/consent';
import { toIso, type Instant, type JsonObject, type Uuid } from '@entente/kernel';
import { sentAs, type ToldMessage } from './feedback-facts';

/** How an entry of the ledger came about, with all that proves it. */
export interface Origin {
  readonly way: Way;
  /** When it was entered. */
  readonly at: Instant;
  readonly claimedAt?: Instant;
  /** The key of the source. */
  readonly source?: string;
  readonly evidence: JsonObject;
  /** The mail whose link was used, or that a report is about. */
  readonly message?: Uuid;
  /** Of that mail, where it is in the send ledger. */
  readonly sent?: Pick<ToldMessage, 'campaign' | 'template' | 'subject'>;
}

const LONGEST_NAME = 500;

/** What is told of how an entry came about. Of the evidence only what names nobody: where it was, or which import said so. */
export function originTold({ way, at, claimedAt, source, evidence, message, sent }: Origin): JsonObject {
  const happened = claimedAt ?? (way === 'import' ? undefined : at);
  return {
    way,
    ...(happened !== undefined && { claimedAt: toIso(happened) }),
    ...(source !== undefined && { source }),
    ...proven(way, evidence),
    ...(message && { message }),
    ...(sent && sentAs(sent)),
  };
}

function proven(way: Way, evidence: JsonObject): JsonObject {
  if (way === 'import') return { ...named('import', evidence.import), ...named('page', evidence.where) };
  if (way === 'api') return { ...named('page', evidence.page), ...named('form', evidence.form) };
  return {};
}

/** An at sign, however often it was encoded, as it is in an address of a page within that of another. */
const AT = /@|%(?:25)*40/;

/** A page, form or import as it may be told: without what was asked of it, and not where an address is in its name. */
function named(property: 'page' | 'form' | 'import', text: unknown): JsonObject {
  const name = typeof text === 'string' ? text.split(/[?#]/, 1)[0]!.trim() : '';
  if (name === '' || AT.test(name)) return {};
  return { [property]: name.slice(0, LONGEST_NAME).toWellFormed() };
}
