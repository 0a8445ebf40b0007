import type { ContactId, Instant } from '@entente/kernel';
import { holdsAt, type WholeRule } from '@entente/segment';
import type { Database, Tx } from '../database/database';
import { eventsOfRules, loadFacts } from '../segment/load-facts';
import { holdsByFolding } from './fold-person';

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
/** Of everybody in a chunk of a count, no more events of one person are held. */
const MOST_HELD = 1_000;

export interface Looking {
  readonly contacts: readonly ContactId[];
  readonly now: Instant;
}

interface QuickLooking extends Looking {
  /** Whoever has more events that the question is about is no quick look. */
  readonly mostEvents: number;
}

export interface Looked {
  readonly found: Found;
  /** Persons with too many events for a quick look: nothing is said of them. */
  readonly leftOut: readonly ContactId[];
}

/** Evaluates the rules for some persons by the definition, over what is stored of them. */
export async function look(
  tx: Tx,
  question: Question,
  { contacts, now, mostEvents }: QuickLooking,
): Promise<Looked> {
  const { rule, instead } = question;
  const events = eventsOfRules(rule, ...(instead ? [instead] : []));
  const loaded = await loadFacts(tx, { contacts, ...events, mostEvents });
  const answers = [...loaded].map(([contact, { known }]) =>
    answerOf(question, contact, (whole) => holdsAt(whole, known, now)),
  );
  return {
    found: foundBy(await Promise.all(answers)),
    leftOut: contacts.filter((contact) => !loaded.has(contact)),
  };
}

/** The same with nobody left out. */
export async function lookAtAll(database: Database, question: Question, looking: Looking): Promise<Found> {
  const { found, leftOut } = await look(database, question, { ...looking, mostEvents: MOST_HELD });
  let all = found;
  for (const contact of leftOut) {
    const holds = (whole: WholeRule) => holdsByFolding(database, whole, contact, looking.now);
    all = addFound(all, foundBy([await answerOf(question, contact, holds)]));
  }
  return all;
}

interface Answer {
  readonly contact: ContactId;
  readonly groups: readonly Group[];
}

async function answerOf(
  { rule, instead }: Question,
  contact: ContactId,
  isTrue: (whole: WholeRule) => boolean | Promise<boolean>,
): Promise<Answer> {
  const holds = await isTrue(rule);
  const held = instead === undefined ? holds : instead !== null && (await isTrue(instead));
  const groups: Group[] = holds ? ['matching'] : [];
  if (holds !== held) groups.push(holds ? 'entering' : 'leaving');
  return { contact, groups };
}

function foundBy(answers: readonly Answer[]): Found {
  const found = each((group) => answers.filter((one) => one.groups.includes(group)));
  return {
    contacts: answers.length,
    counts: each((group) => found[group].length),
    examples: each((group) => found[group].slice(0, EXAMPLES).map(({ contact }) => `id:${contact}`)),
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
