import { createHash } from 'node:crypto';
import type { ContactId } from '@entente/kernel';
import { below } from '../findings';
import { parseName } from '../parse-key';
import { text } from '../schema/schema';
import type { ConditionKind } from './kind';

/** `{ "sample": "holdout-2026", "percent": 10 }`: that share of all people, the same ones for good. */
export interface SampleCondition {
  /** Of two seeds the samples have nothing to do with each other; of one the smaller is part of the larger. */
  readonly sample: string;
  readonly percent: number;
}

/** Places there are: a percentage has up to four decimals. */
const PLACES = 1_000_000;
const PLACES_PER_PERCENT = PLACES / 100;
const expected = 'a number above 0 and below 100 with up to four decimals';

export const sample: ConditionKind<SampleCondition> = {
  fields: ['sample', 'percent'],
  schemas: { sample: text, percent: { type: 'number', description: expected } },
  required: ['percent'],

  parse(fields, path, findings) {
    const seed = parseName('sample', fields, path, findings);
    const { percent } = fields;
    if (!isPercent(percent))
      return findings.add(below(path, 'percent'), 'percent', 'That is no share of people.', expected);
    return seed === undefined ? undefined : { sample: seed, percent };
  },

  names: () => ({}),

  holds: (condition, { contact }) => placeOf(condition, contact) < placesOf(condition),

  because: (condition, { contact }) => ({ place: placeOf(condition, contact) / PLACES_PER_PERCENT }),

  compile(condition) {
    const places = placesOf(condition);
    return { holds: ({ contact }) => placeOf(condition, contact) < places, personal: true };
  },
};

const placesOf = ({ percent }: SampleCondition): number => Math.round(percent * PLACES_PER_PERCENT);

function isPercent(value: unknown): value is number {
  if (typeof value !== 'number' || !(value > 0 && value < 100)) return false;
  return Math.round(value * PLACES_PER_PERCENT) / PLACES_PER_PERCENT === value;
}

/** Somebody's place from 0 on: the SHA-256 of the seed and the contact's id, as a fraction of all that it could be. */
function placeOf({ sample: seed }: SampleCondition, contact: ContactId): number {
  const hash = createHash('sha256').update(`${seed}\0${contact}`).digest();
  return Number((hash.readBigUInt64BE() * BigInt(PLACES)) >> 64n);
}
