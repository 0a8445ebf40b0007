import { isObject } from '@entente/kernel';
import { operatorSchemas } from '../schema/operator-schemas';
import { anyOf, closed } from '../schema/schema';
import type { Operator } from './operator';
import { parseOperators, stepsFor, testOf } from './operator-table';

/** Digits without zeros before them, and what stands behind the dash of a pre-release. */
interface Version {
  /** Without zeros at the end: what is missing is 0. */
  readonly numbers: readonly string[];
  readonly preRelease: readonly string[];
}

/** Characters of a version. */
const LONGEST = 100;
const MOST_NUMBERS = 8;
const FEWEST_SHOWN = 3;
const SHAPE = new RegExp(
  `^v?(\\d+(?:\\.\\d+){0,${MOST_NUMBERS - 1}})(?:-([\\dA-Za-z-]+(?:\\.[\\dA-Za-z-]+)*))?(?:\\+[\\dA-Za-z.-]+)?$`,
);
const DIGITS = /^\d+$/;
const ZEROS_BEFORE = /^0+(?=\d)/;

/** A text as a version; undefined where it is none. What stands behind a plus says nothing. */
function versionIn(value: unknown): Version | undefined {
  if (typeof value !== 'string' || value.length > LONGEST) return undefined;
  const [, dotted, behind] = SHAPE.exec(value) ?? [];
  if (dotted === undefined) return undefined;
  const numbers = dotted.split('.').map(digitsOf);
  const preRelease = behind === undefined ? [] : behind.split('.').map(digitsOf);
  return { numbers: numbers.slice(0, numbers.findLastIndex((one) => one !== '0') + 1), preRelease };
}

const digitsOf = (part: string): string => (DIGITS.test(part) ? part.replace(ZEROS_BEFORE, '') : part);

const padded = (numbers: readonly string[], many: number): string[] =>
  Array.from({ length: Math.max(many, numbers.length) }, (_, place) => numbers[place] ?? '0');

/** In three numbers at least, as Semantic Versioning has them. */
const textOf = ({ numbers, preRelease }: Version): string =>
  padded(numbers, FEWEST_SHOWN).join('.') + (preRelease.length > 0 ? `-${preRelease.join('.')}` : '');

/** Negative, zero or positive, as one comes before, is, or comes behind the other: Semantic Versioning 2.0.0, section 11. */
function order(one: Version, other: Version): number {
  const many = Math.max(one.numbers.length, other.numbers.length);
  const [left, right] = [padded(one.numbers, many), padded(other.numbers, many)];
  return (
    firstUnequal(left.map((number, place) => orderOfDigits(number, right[place]!))) ||
    Number(one.preRelease.length === 0) - Number(other.preRelease.length === 0) ||
    orderOfPreReleases(one.preRelease, other.preRelease)
  );
}

const firstUnequal = (orders: readonly number[]): number => orders.find((one) => one !== 0) ?? 0;

/** Of whole numbers of any length, without zeros before them. */
const orderOfDigits = (one: string, other: string): number =>
  one.length - other.length || orderOfTexts(one, other);
const orderOfTexts = (one: string, other: string): number => Number(one > other) - Number(one < other);

/** Part by part: numbers come before words, and fewer parts before more. */
const orderOfPreReleases = (one: readonly string[], other: readonly string[]): number =>
  firstUnequal(
    one.slice(0, other.length).map((part, place) => {
      const beside = other[place]!;
      const [isNumber, isBesideNumber] = [DIGITS.test(part), DIGITS.test(beside)];
      if (isNumber && isBesideNumber) return orderOfDigits(part, beside);
      return isNumber === isBesideNumber ? orderOfTexts(part, beside) : isNumber ? -1 : 1;
    }),
  ) || one.length - other.length;

/** The first of all versions, and the one that no other stands before behind a version: between the two there is none. */
const FIRST: Version = { numbers: [], preRelease: ['0'] };
function nextTo({ numbers, preRelease }: Version): Version {
  if (preRelease.length > 0) return { numbers, preRelease: [...preRelease, '0'] };
  const all = padded(numbers, MOST_NUMBERS);
  return { numbers: [...all.slice(0, -1), String(BigInt(all.at(-1)!) + 1n)], preRelease: ['0'] };
}

/** What is asked of the order of a value's version and the operand's. */
const truths = {
  eq: (order: number) => order === 0,
  ne: (order: number) => order !== 0,
  gt: (order: number) => order > 0,
  gte: (order: number) => order >= 0,
  lt: (order: number) => order < 0,
  lte: (order: number) => order <= 0,
} as const;

type Name = keyof typeof truths;
type Range = { readonly [name in Name]?: string };

const against = (name: Name): Operator<string> => ({
  expected: `a version of up to ${LONGEST} characters, such as "2.0.0" or "2.0.0-beta.2"`,
  schema: { type: 'string', minLength: 1, maxLength: LONGEST },
  parse(raw) {
    const version = versionIn(raw);
    const written = version && textOf(version);
    return written === undefined || written.length > LONGEST ? undefined : written;
  },
  test(operand) {
    const asked = versionIn(operand)!;
    return (value) => {
      const found = versionIn(value);
      return found !== undefined && truths[name](order(found, asked));
    };
  },
});

const orders = {
  eq: against('eq'),
  ne: against('ne'),
  gt: against('gt'),
  gte: against('gte'),
  lt: against('lt'),
  lte: against('lte'),
} as const satisfies Record<Name, Operator<string>>;

const schemas = operatorSchemas(orders);
const expected = `a version, or operators out of ${Object.keys(orders).join(', ')} with versions, such as { "gte": "2.0.0", "lt": "3" }`;

/** Version numbers in their order, not in that of texts: 2.9 comes before 2.10, and 2.0.0-beta before 2.0.0. */
export const version: Operator<Range> = {
  expected,
  schema: anyOf(schemas['eq']!, { ...closed(schemas), minProperties: 1 }),
  parse(raw, path, findings) {
    if (typeof raw !== 'string' && !isObject(raw)) return undefined;
    const range = parseOperators(orders, raw, path, findings) as Range | undefined;
    return range && isEmpty(range)
      ? findings.mistake(range, path, 'constant', 'No version passes all of that.', expected)
      : range;
  },
  test: (operand) => testOf(orders, operand),
  steps: (operand) => stepsFor(orders, operand),
};

/** Truths change at a version that is named, or right behind it. */
function isEmpty(range: Range): boolean {
  const asked = (Object.entries(range) as [Name, string][]).map(
    ([name, operand]) => [truths[name], versionIn(operand)!] as const,
  );
  const candidates = [FIRST, ...asked.flatMap(([, one]) => [one, nextTo(one)])];
  return !candidates.some((one) => asked.every(([holds, other]) => holds(order(one, other))));
}
