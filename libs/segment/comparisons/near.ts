import { isObject } from '@entente/kernel';
import { closed } from '../schema/schema';
import type { Operator } from './operator';
import { expectedPlace, isWithin, parsePlace, placeIn, placeSchemas, type Place } from './place';

type Near = Place & { readonly km: number };

/** The mean radius of the earth, and half the way around it, in kilometers. */
const RADIUS = 6371.0088;
const FARTHEST = 20_016;

/** An object with a latitude and a longitude within so many kilometers of a place, as the crow flies. */
export const near: Operator<Near> = {
  expected: `{ ${expectedPlace}, "km": more than 0, up to ${FARTHEST} }`,
  schema: closed({ ...placeSchemas, km: { type: 'number', minimum: 0, maximum: FARTHEST } }, [
    'latitude',
    'longitude',
    'km',
  ]),
  parse(raw, path, findings) {
    const place = parsePlace(raw, path, findings, ['km']);
    const km = isObject(raw) ? raw['km'] : undefined;
    return place && isWithin(km, FARTHEST) && km > 0 ? { ...place, km } : undefined;
  },
  test: (operand) => (value) => {
    const place = placeIn(value);
    return place !== undefined && kilometers(place, operand) <= operand.km;
  },
};

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
