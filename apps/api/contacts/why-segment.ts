import {
  type ContactId,
  type Instant,
  Invalid,
  type Json,
  NotFound,
  parseInstant,
  toIso,
} from '@entente/kernel';
import { originOf, setBy, type SourceRank, type SourcedTraits } from '@entente/profile';
import { CREATED, explain, factsAt, forecast, rulesOf, traitsNamed, type WholeRule } from '@entente/segment';
import {
  eventsOfRules,
  findSegment,
  loadFacts,
  membershipAt,
  membershipSince,
  readWith,
  rulesAt,
  sourceRanks,
  storedRule,
  type Tx,
} from '@entente/storage';
import { checkedRule } from '../segments/write-segment';
import { shown } from '../http/views';
import type { WhyRule, WhySegment, WhyTrait } from './why-view';

/** An explanation holds all events at once that it is made of. */
const MOST_EVENTS = 10_000;

export interface Person {
  readonly contact: ContactId;
  readonly lineage: readonly ContactId[];
}

/** The instant that is asked about: now, or one that has passed. */
export interface Asked {
  readonly now: Instant;
  readonly asOf?: Instant;
}

/** Reads the instant that is asked about; 422 when it is yet to come. */
export function askedAbout(text: string | undefined, now: Instant): Asked {
  if (text === undefined) return { now };
  const asOf = parseInstant(text)!;
  if (asOf <= now) return { now: asOf, asOf };
  throw Invalid.at('asOf', 'future', 'Nobody knows yet what will be then.', 'an instant that has passed');
}

/** Whether somebody is in a segment, and every condition's value over what is known of them: now, or what had arrived by then. */
export async function whySegment(
  tx: Tx,
  contact: ContactId,
  key: string,
  { now, asOf }: Asked,
): Promise<WhySegment> {
  const segment = await findSegment(tx, key);
  if (!segment) throw new NotFound(`There is no segment ${key}.`);
  const rules = await rulesAt(tx, asOf);
  const { id, version, rule } = rules.get(key) ?? { ...segment, id: segment.versionId };
  const since = await (asOf === undefined
    ? membershipSince(tx, contact, id)
    : membershipAt(tx, contact, id, asOf));
  const because = await whyWhole(tx, contact, readWith(storedRule(rule), rules), { now, asOf });
  return { key, member: since !== undefined, since: shown(since ?? null), version, ...because };
}

/** The same for a rule that is not saved. */
export async function whyRule(tx: Tx, contact: ContactId, json: unknown, asked: Asked): Promise<WhyRule> {
  const rule = await checkedRule(tx, json);
  return whyWhole(tx, contact, readWith(rule, await rulesAt(tx, asked.asOf)), asked);
}

async function whyWhole(
  tx: Tx,
  contact: ContactId,
  whole: WholeRule,
  { now, asOf }: Asked,
): Promise<WhyRule> {
  const traits = rulesOf(whole).some((rule) => traitsNamed(rule).length > 0);
  const wanted = { contacts: [contact], ...eventsOfRules(whole), traits, asOf, mostEvents: MOST_EVENTS };
  const facts = (await loadFacts(tx, wanted)).get(contact);
  if (!facts)
    throw Invalid.at(
      'contact',
      'too-many-events',
      `They have more than ${MOST_EVENTS.toLocaleString('en')} events that the rule goes by: what holds for them is kept as for everybody, but not explained.`,
      'somebody with fewer events; GET /contacts/{contact}/memberships says what they are in and since when',
    );
  const { known, sourced } = facts;
  const { changes, until } = forecast(whole, known, now);
  const because = explain(whole.rule, factsAt(whole, known, now), now, changes);
  return {
    because: because as unknown as Json,
    foreseenUntil: until === undefined ? null : toIso(until),
    traits: traitsBehind(whole, sourced, await sourceRanks(tx)),
  };
}

type Source = SourceRank & { readonly key: string };

/** Every trait that the rules read, with who set it and by which event. */
function traitsBehind(whole: WholeRule, sourced: SourcedTraits, sources: readonly Source[]): WhyTrait[] {
  const names = [...new Set(rulesOf(whole).flatMap(traitsNamed))];
  return names.flatMap((name) => {
    if (name === CREATED) return [];
    const origin = originOf(sourced, name, sources);
    if (!origin) return [];
    const [value, at, event] = origin.value;
    const source = sources.find(({ id }) => id === origin.source)?.key ?? null;
    return [{ name, value, source, event: setBy(event), at: toIso(at) }];
  });
}
