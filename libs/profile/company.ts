import type { Instant, JsonObject, Uuid } from '@entente/kernel';
import { readTraits, type SourcedTraits, type SourceRank, type TraitChange } from './traits';

/** The trait under which rules and templates read a contact's company. */
export const COMPANY = 'company';

/** A group event: of a person's, the latest in event order says which company they belong to. */
export interface Joining {
  readonly company: string;
  readonly at: Instant;
  readonly message: Uuid;
}

/** What is known of a company; the version grows with each change of it. */
export interface CompanyView {
  readonly id: string;
  readonly version: number;
  readonly view: JsonObject;
}

/** The most that is read of one company, as JSON: it goes to each of its contacts. */
export const MOST_COMPANY_BYTES = 16 * 1024;

/**
 * A company's traits as rules and templates see them: those of trusted sources, by precedence. Beyond the room for them the
 * names that come first in the order of their text stay, which is the same in every order of arrival.
 */
export function readCompany(traits: SourcedTraits, sources: readonly SourceRank[]): JsonObject {
  const trusted = new Set(sources.filter((source) => source.trusted).map(({ id }) => String(id)));
  const said = Object.entries(traits).map(([name, values]) => [
    name,
    Object.fromEntries(Object.entries(values).filter(([source]) => trusted.has(source))),
  ]);
  return withinRoom(readTraits(Object.fromEntries(said) as SourcedTraits, sources));
}

function withinRoom(view: JsonObject): JsonObject {
  let room = MOST_COMPANY_BYTES;
  const names = Object.keys(view).sort();
  const kept = names.filter((name) => {
    room -= Buffer.byteLength(JSON.stringify({ [name]: view[name] }));
    return room >= 0;
  });
  return Object.fromEntries(kept.map((name) => [name, view[name]!]));
}

interface Told {
  readonly company: JsonObject & { readonly id: string };
  readonly version: number;
  readonly joined: TellingPlace;
}

/** What a contact is told of the company it joined: the properties of the event `Company Changed`. */
export function toldOf({ at, message }: Joining, { id, version, view }: CompanyView): JsonObject {
  const told: Told = { company: { ...view, id }, version, joined: { at, message } };
  return told as unknown as JsonObject;
}

const SEPARATOR = '\u0001';

/** Where something that a contact was told of companies stands among all of it: the last one holds. */
export type TellingPlace = Pick<Joining, 'at' | 'message'>;

/** What came of the latest group event holds, and of that the highest version. */
export function tellingPlace(told: JsonObject): TellingPlace {
  const { company, version, joined } = told as unknown as Told;
  const message = [joined.message, company.id, String(version).padStart(10, '0')].join(SEPARATOR);
  return { at: joined.at, message };
}

/** What a contact was told of its company, as a change of the trait `company`. */
export const companyChange = (source: number, told: JsonObject): TraitChange => ({
  source,
  ...tellingPlace(told),
  values: { [COMPANY]: (told as unknown as Told).company },
});

/** The event that set a trait: of what was told of a company, the group event by which somebody joined it. */
export const setBy = (message: string): Uuid => message.split(SEPARATOR)[0]!;

/** What a contact has been told of the company of its latest group event, and as of which one; nothing at first. */
export interface ToldJoining extends Joining {
  readonly told: TellingPlace | undefined;
}

/**
 * Which of the contacts that are one person have to be told of their companies. A contact is told when it joins another one,
 * and not again for each group event that says the same; so that, of all that a contact was told, the company of its latest group
 * event holds. Of several contacts, that of the person's latest one has to be told again where another, of another company,
 * may have been told with a later group event.
 */
export function toBeTold<T extends ToldJoining>(joinings: readonly T[]): T[] {
  const last = joinings.reduce<T | undefined>((a, b) => (a && laterJoining(a, b) === a ? a : b), undefined);
  const holds = joinings.every(
    (one) => one.company === last!.company || (last!.told && isLaterPlace(last!.told, one)),
  );
  return joinings.filter((one) => !one.told || (one === last && !holds));
}

/** The later of two, in event order. */
export function laterJoining(a: Joining | undefined, b: Joining): Joining {
  if (!a || isLaterPlace(b, a)) return b;
  return isLaterPlace(a, b) || a.company >= b.company ? a : b;
}

export const isLaterPlace = (a: TellingPlace, b: TellingPlace): boolean =>
  a.at === b.at ? a.message > b.message : a.at > b.at;
