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

/** What a contact is told of the company it joined: the properties of the event `Company Changed`. */
export const toldOf = ({ at, message }: Joining, { id, version, view }: CompanyView): JsonObject => ({
  company: { ...view, id },
  version,
  joined: { at, message },
});

/**
 * What a contact was told of its company, as a change of the trait `company`. Of all it was told, what came of the latest
 * group event holds, and of that the highest version.
 */
export function companyChange(source: number, told: JsonObject): TraitChange {
  const { company, version, joined } = told as unknown as ReturnType<typeof toldOf> & {
    joined: { at: Instant; message: Uuid };
  };
  const order = `${joined.message} ${String(version).padStart(10, '0')}`;
  return { source, at: joined.at, message: order, values: { [COMPANY]: company! } };
}

/** The company that a contact knows by the facts of this source, Entente's own. */
export function knownCompany(traits: SourcedTraits, source: number): string | undefined {
  const [value] = (Object.hasOwn(traits, COMPANY) && traits[COMPANY]![String(source)]) || [];
  return (value as { id?: string } | null | undefined)?.id;
}

/** The later of two, in event order. */
export function laterJoining(a: Joining | undefined, b: Joining): Joining {
  if (!a || a.at !== b.at) return !a || a.at < b.at ? b : a;
  if (a.message !== b.message) return a.message < b.message ? b : a;
  return a.company < b.company ? b : a;
}
