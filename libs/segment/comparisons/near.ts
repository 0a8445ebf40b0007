import { isObject, type Json } from '@entente/kernel';
import { below } from '../findings';
import { closed } from '../schema/schema';
import type { Operator } from './operator';

/** In degrees. */
interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

type Near = { readonly latitude: number; readonly longitude: number; readonly km: number };

/** The mean radius of the earth, and half the way around it, in kilometers. */
const RADIUS = 6371.0088;
const FARTHEST = 20_016;

const isWithin = (value: unknown, limit: number): value is number =>
  typeof value === 'number' && Math.abs(value) <= limit;

/** An object with a latitude and a longitude within so many kilometers of a place, as the crow flies. */
export const near: Operator<Near> = {
  expected: `{ "latitude": -90 to 90, "longitude": -180 to 180, "km": more than 0, up to ${FARTHEST} }`,
  schema: closed(
    {
      latitude: { type: 'number', minimum: -90, maximum: 90 },
      longitude: { type: 'number', minimum: -180, maximum: 180 },
      km: { type: 'number', minimum: 0, maximum: FARTHEST },
    },
    ['latitude', 'longitude', 'km'],
  ),
  parse(raw, path, findings) {
    if (!isObject(raw)) return undefined;
    const { latitude, longitude, km, ...others } = raw;
    for (const field of Object.keys(others))
      findings.add(
        below(path, field),
        'unknown-field',
        'There is no such field here.',
        'latitude, longitude, km',
      );
    const isPlace = isWithin(latitude, 90) && isWithin(longitude, 180);
    if (!isPlace || !isWithin(km, FARTHEST) || km <= 0 || Object.keys(others).length > 0) return undefined;
    return { latitude, longitude, km };
  },
  test: (operand) => (value) => {
    const place = placeIn(value);
    return place !== undefined && kilometers(place, operand) <= operand.km;
  },
};

/** By the names that trackers and CRMs give them. */
function placeIn(value: Json | undefined): Place | undefined {
  if (!isObject(value)) return undefined;
  const latitude = value['latitude'] ?? value['lat'];
  const longitude = value['longitude'] ?? value['lng'] ?? value['lon'];
  return isWithin(latitude, 90) && isWithin(longitude, 180) ? { latitude, longitude } : undefined;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
/** Of an angle: the square of the sine of its half. */
const haversine = (angle: number): number => Math.sin(angle / 2) ** 2;

/** The way along the great circle between two places, on a sphere. */
function kilometers(one: Place, other: Place): number {
  const [south, north] = [radians(one.latitude), radians(other.latitude)];
  const apart =
    haversine(north - south) +
    Math.cos(south) * Math.cos(north) * haversine(radians(other.longitude - one.longitude));
  return 2 * RADIUS * Math.asin(Math.min(1, Math.sqrt(apart)));
}
