import type { ContactId, Instant } from '@entente/kernel';
import { holdsAt, type WholeRule } from '@entente/segment';
import type { Tx } from '../database/database';
import { eventsOfRules, loadFacts } from '../segment/load-facts';

/** Who would be in a segment with this rule. */
export interface Question {
  readonly rule: WholeRule;
  /** The rule that it would replace, null where nobody is in: who would enter and who would leave? */
  readonly instead?: WholeRule | null;
}

export const groups = ['matching', 'entering', 'leaving'] as const;
export type Group = (typeof groups)[number];

/** What was found among the persons that were looked at. */
export interface Found {
  readonly contacts: number;
  readonly counts: Readonly<Record<Group, number>>;
  /** References (`id:17`) to the first few of each. */
  readonly examples: Readonly<Record<Group, readonly string[]>>;
}

export const nothingFound: Found = {
  contacts: 0,
  counts: { matching: 0, entering: 0, leaving: 0 },
  examples: { matching: [], entering: [], leaving: [] },
};

const EXAMPLES = 5;

export interface Looking {
  readonly contacts: readonly ContactId[];
  readonly now: Instant;
  /** Persons with more events than this are left out, and not counted among `contacts`. */
  readonly mostEvents?: number;
}

/** Evaluates the rules for some persons by the definition, over what is stored of them. */
export async function look(
  tx: Tx,
  { rule, instead }: Question,
  { contacts, now, mostEvents }: Looking,
): Promise<Found> {
  const events = eventsOfRules(rule, ...(instead ? [instead] : []));
  const loaded = await loadFacts(tx, { contacts, events, mostEvents });
  const found: Record<Group, ContactId[]> = { matching: [], entering: [], leaving: [] };
  for (const [contact, { known }] of loaded) {
    const holds = holdsAt(rule, known, now);
    const held = instead === undefined ? holds : instead !== null && holdsAt(instead, known, now);
    if (holds) found.matching.push(contact);
    if (holds && !held) found.entering.push(contact);
    if (held && !holds) found.leaving.push(contact);
  }
  return {
    contacts: loaded.size,
    counts: each((group) => found[group].length),
    examples: each((group) => found[group].slice(0, EXAMPLES).map((contact) => `id:${contact}`)),
  };
}

export const addFound = (a: Found, b: Found): Found => ({
  contacts: a.contacts + b.contacts,
  counts: each((group) => a.counts[group] + b.counts[group]),
  examples: each((group) => [...a.examples[group], ...b.examples[group]].slice(0, EXAMPLES)),
});

const each = <Value>(value: (group: Group) => Value): Record<Group, Value> => ({
  matching: value('matching'),
  entering: value('entering'),
  leaving: value('leaving'),
});
