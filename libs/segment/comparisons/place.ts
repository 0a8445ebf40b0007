import { isObject, type Json } from '@entente/kernel';
import { below, type Findings } from '../findings';
import type { Schema } from '../schema/schema';

/** In degrees. */
export type Place = { readonly latitude: number; readonly longitude: number };

export const expectedPlace = '"latitude": -90 to 90, "longitude": -180 to 180';
export const placeSchemas = {
  latitude: { type: 'number', minimum: -90, maximum: 90 },
  longitude: { type: 'number', minimum: -180, maximum: 180 },
} as const satisfies Record<keyof Place, Schema>;

/** A number up to a limit, above or below 0. */
export const isWithin = (value: unknown, limit: number): value is number =>
  typeof value === 'number' && Math.abs(value) <= limit;

const placeAt = (latitude: unknown, longitude: unknown): Place | undefined =>
  isWithin(latitude, 90) && isWithin(longitude, 180) ? { latitude, longitude } : undefined;

/** A place as rules have it, in an object with no other fields than these; undefined too where it is none, which is not told. */
export function parsePlace(
  raw: unknown,
  path: string,
  findings: Findings,
  others: readonly string[] = [],
): Place | undefined {
  if (!isObject(raw)) return undefined;
  const known = [...Object.keys(placeSchemas), ...others];
  const unknown = Object.keys(raw).filter((field) => !known.includes(field));
  for (const field of unknown)
    findings.add(below(path, field), 'unknown-field', 'There is no such field here.', known.join(', '));
  return unknown.length === 0 ? placeAt(raw['latitude'], raw['longitude']) : undefined;
}

/** By the names that trackers and CRMs give them. */
export function placeIn(value: Json | undefined): Place | undefined {
  if (!isObject(value)) return undefined;
  return placeAt(value['latitude'] ?? value['lat'], value['longitude'] ?? value['lng'] ?? value['lon']);
}
