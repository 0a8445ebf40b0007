import type { Instant } from '@entente/kernel';
import { bounds } from './bounds';
import { compileBook } from './book/book';
import type { SegmentVersion } from './book/versions';
import type { Rule } from './rule';
import type { KnownFacts, WholeRule } from './whole-rule';

/** Instants that are looked at: what the calendar moves every day would go on for ever. */
const MOST_STEPS = 400;

/** What time alone changes, should nothing else happen. */
export interface Forecast {
  /** When each node of the rule changes next; one that is not there stays as it is, as far as was foreseen. */
  readonly changes: ReadonlyMap<Rule, Instant>;
  /** From then on it was not looked any more; absent: nothing more changes within 100 years. */
  readonly until?: Instant;
}

/** Steps through the instants at which time may change a condition, and notes when each node's value first differs. */
export function forecast(whole: WholeRule, known: KnownFacts, now: Instant): Forecast {
  const nodes = nodesOf(whole.rule);
  const book = compileBook(versionsOf(whole), nodes, known.timeZone);
  const state = book.foldAll(known.history.filter(({ at }) => at <= now));
  const subject = { contact: known.contact, traits: known.traits, state };
  const open = new Map(nodes.map((node) => [node, book.holds(node, subject, now)]));
  const changes = new Map<Rule, Instant>();
  let at = book.nextChange(subject, now);
  for (let steps = 0; at !== undefined && steps < MOST_STEPS && open.size > 0; steps++) {
    if (at > now + bounds.window) break;
    for (const [node, value] of open) {
      if (book.holds(node, subject, at) === value) continue;
      changes.set(node, at);
      open.delete(node);
    }
    at = book.nextChange(subject, at);
  }
  const isCut = open.size > 0 && at !== undefined && at <= now + bounds.window;
  return { changes, ...(isCut && { until: at }) };
}

/** Every node of a rule, itself first. */
function nodesOf(rule: Rule): Rule[] {
  const inside = 'all' in rule ? rule.all : 'any' in rule ? rule.any : 'not' in rule ? [rule.not] : [];
  return [rule, ...inside.flatMap(nodesOf)];
}

/** No segment has the empty name, under which the rule itself stands. */
const versionsOf = ({ rule, named }: WholeRule): SegmentVersion[] =>
  [['', rule] as const, ...named].map(([segment, own], id) => ({ id, segment, status: 'live', rule: own }));
