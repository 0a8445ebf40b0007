import { DomainError, isObject, stableUuid, type JsonObject, type Uuid } from '@entente/kernel';
import type { Fact, Feedback } from './fact';
import { isOfCompany, strongestKey } from './keys';

/** A record of the stream that is no fact, or of a version this program does not know: poison, to be set aside. */
export class BadRecord extends DomainError {
  readonly code = 'bad-record';
}

/** The 128-bit key of a message: one per source and messageId, so that a repeated event is known again. */
export const messageKey = (sourceId: number, messageId: string): Uuid =>
  stableUuid('message', String(sourceId), messageId);

/** A fact as the stream carries it: facts of one key keep their order. */
export const recordOf = (fact: Fact): { key: string; value: string } => ({
  key: strongestKey(fact),
  value: valueOf(fact),
});

/** What stands before the properties: white space to JSON, and nowhere else in what `JSON.stringify` writes. */
const MARK = ',\n"properties":';

/** JSON, with the properties at the end and marked: whoever does not need them need not parse them. */
function valueOf({ properties, ...rest }: Fact): string {
  const text = JSON.stringify(rest);
  return properties === undefined ? text : `${text.slice(0, -1)}${MARK}${JSON.stringify(properties)}}`;
}

/** A fact of a record, its properties parsed by nobody yet where `propertiesJson` has them. */
export type RecordedFact = Fact & { propertiesJson?: string };

/** The fact of a record's value, but for marked properties. Throws `BadRecord` when it is none. */
export function readRecord(value: string): RecordedFact {
  const mark = value.indexOf(MARK);
  if (mark < 0 || !value.endsWith('}}')) return readFact(value);
  const fact: RecordedFact = readFact(`${value.slice(0, mark)}}`);
  if (fact.properties) throw new BadRecord('the record has properties twice');
  fact.propertiesJson = value.slice(mark + MARK.length, -1);
  return fact;
}

/** The properties of a fact. Throws `BadRecord` when their JSON is none. */
export function propertiesIn({ properties, propertiesJson }: RecordedFact): JsonObject | undefined {
  return propertiesJson === undefined ? properties : (parse(propertiesJson) as JsonObject);
}

/** The fact of a record's value, whole. Throws `BadRecord` when it is none. */
export function readFact(value: string): Fact {
  const fact = parse(value);
  if (!isObject(fact)) throw new BadRecord('the record is not a JSON object');
  if (fact.v !== 1)
    throw new BadRecord(`the record has version ${JSON.stringify(fact.v)}; version 1 is known`);
  const wrong = wrongField(fact);
  if (wrong) throw new BadRecord(`the record's ${wrong} is missing or of another type`);
  return complete(fact as unknown as Fact);
}

/** What Entente tells about a contact, as a fact; the same cause gives the same message, so it is told once. */
export const feedbackFact = (feedback: Feedback, source: number): Fact => ({
  v: 1,
  type: 'track',
  source,
  messageId: stableUuid('feedback', feedback.name, feedback.contact, feedback.cause),
  contact: [`id:${feedback.contact}`],
  name: feedback.name,
  properties: feedback.properties,
  timestamp: feedback.at,
});

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw new BadRecord('the record is not JSON');
  }
}

const types = new Set(['identify', 'track', 'page', 'screen', 'group', 'alias']);
const isText = (value: unknown): boolean => typeof value === 'string';
const isKeys = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isText);

const needed = ['type', 'source', 'messageId', 'timestamp'] as const;
const shape = new Map<string, (value: unknown) => boolean>([
  ['type', (value) => types.has(value as string)],
  ['source', Number.isSafeInteger],
  ['messageId', isText],
  ['timestamp', Number.isSafeInteger],
  ['userId', isText],
  ['anonymousId', isText],
  ['previousId', isText],
  ['groupId', isText],
  ['contact', isKeys],
  ['name', isText],
  ['properties', isObject],
  ['traits', isObject],
  ['context', isObject],
  ['apart', (value) => typeof value === 'boolean'],
]);

function wrongField(fact: Record<string, unknown>): string | undefined {
  for (const field of needed) if (fact[field] === undefined) return field;
  for (const field in fact) if (shape.get(field)?.(fact[field]) === false) return field;
  return undefined;
}

function complete(fact: Fact): Fact {
  const namesNobody = fact.userId === undefined && fact.anonymousId === undefined && !fact.contact;
  if (namesNobody && !(isOfCompany(fact) && fact.groupId !== undefined))
    throw new BadRecord('the record names nobody');
  if (fact.type === 'track' && fact.name === undefined) throw new BadRecord('the event has no name');
  return fact;
}
