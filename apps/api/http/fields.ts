import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
  type ValidationOptions,
} from 'class-validator';
import { expectedKey, isObject, KEY_PATTERN, parseInstant } from '@entente/kernel';

/** Each decorator here says of one field of a body or query what is checked and what the documentation shows. */

interface Said {
  readonly description?: string;
  readonly example?: unknown;
  /** May be left out. */
  readonly optional?: boolean;
  /** May be null. */
  readonly nullable?: boolean;
}

type Decorator = PropertyDecorator;
type Class = abstract new (...args: never[]) => unknown;

/** What the checker of bodies reads of a constraint that does not hold. */
export interface Expectation {
  readonly expected: string;
  /** Of a constraint on each element of a list: whether it holds for one of them. */
  readonly isRight?: (element: unknown) => boolean;
}

const says = (expected: string, isRight?: Expectation['isRight']): ValidationOptions => ({
  each: isRight !== undefined,
  message: `must be ${expected}`,
  context: { expected, isRight } satisfies Record<keyof Expectation, unknown>,
});

function field(said: Said, schema: ApiPropertyOptions, checks: readonly Decorator[]): Decorator {
  const { optional = false, nullable = false, description, example } = said;
  const shown = { ...schema, description, example, required: !optional, nullable } as ApiPropertyOptions;
  const present = ValidateIf(
    (_, value) => !(optional && value === undefined) && !(nullable && value === null),
  );
  return applyDecorators(ApiProperty(shown), present, ...checks);
}

/** The name that an author chose for a thing. */
export const Key = (said: Said = {}): Decorator =>
  field(said, { type: String, pattern: KEY_PATTERN }, [Matches(new RegExp(KEY_PATTERN), says(expectedKey))]);

/** A text of `min` (1) to `max` (200) UTF-16 units. */
export function Text(said: Said & { readonly min?: number; readonly max?: number } = {}): Decorator {
  const { min = 1, max = 200 } = said;
  const expected = says(`a text of ${min} to ${max} characters`);
  return field(said, { type: String, minLength: min, maxLength: max }, [
    IsString(expected),
    MinLength(min, expected),
    MaxLength(max, expected),
  ]);
}

export const Flag = (said: Said = {}): Decorator =>
  field(said, { type: Boolean }, [IsBoolean(says('true or false'))]);

/** An integer of `min` (0) to `max` (2^31 - 1); from a query, its digits. */
export function Whole(said: Said & { min?: number; max?: number; inQuery?: boolean } = {}): Decorator {
  const { min = 0, max = 2_147_483_647, inQuery = false } = said;
  const expected = says(`an integer from ${min} to ${max}`);
  const checks = [IsInt(expected), Min(min, expected), Max(max, expected)];
  return field(said, { type: 'integer', minimum: min, maximum: max }, [
    ...(inQuery ? [Transform(({ value }) => integerOf(value))] : []),
    ...checks,
  ]);
}

const integerOf = (value: unknown): unknown =>
  typeof value === 'string' && /^-?\d{1,10}$/.test(value) ? Number(value) : value;

export const Choice = (choices: readonly string[], said: Said = {}): Decorator =>
  field(said, { type: String, enum: [...choices] }, [
    IsIn(
      choices.filter((choice) => choice !== ''),
      says(`one of ${choices.join(', ')}`),
    ),
  ]);

export const InstantText = (said: Said = {}): Decorator =>
  field(said, { type: String, format: 'date-time' }, [
    ValidateBy(
      {
        name: 'isInstant',
        validator: {
          validate: (value) => typeof value === 'string' && parseInstant(value) !== undefined,
        },
      },
      says('an RFC 3339 date and time with an offset, such as 2026-12-03T09:00:00+01:00'),
    ),
  ]);

/** A calendar day, such as `2026-12-03`. */
export const DayText = (said: Said = {}): Decorator =>
  field(said, { type: String, format: 'date' }, [
    ValidateBy(
      {
        name: 'isDay',
        validator: {
          validate: (value) => typeof value === 'string' && parseInstant(`${value}T00:00:00Z`) !== undefined,
        },
      },
      says('a day, such as 2026-12-03'),
    ),
  ]);

/** Texts, at most `max` of them. */
export function Texts(said: Said & { readonly max?: number; readonly length?: number } = {}): Decorator {
  const { max = 20, length = 320 } = said;
  const isText = (element: unknown) => typeof element === 'string';
  const each = (isRight: (text: string) => boolean) =>
    says(`a text of 1 to ${length} characters`, (element) => !isText(element) || isRight(element));
  const schema = { type: String, isArray: true, maxItems: max, minLength: 1, maxLength: length };
  return field(said, schema as ApiPropertyOptions, [
    IsArray(says('a list')),
    ArrayMaxSize(max, says(`a list of at most ${max}`)),
    IsString(says(`a text of 1 to ${length} characters`, isText)),
    MinLength(
      1,
      each((text) => text.length >= 1),
    ),
    MaxLength(
      length,
      each((text) => text.length <= length),
    ),
  ]);
}

/** An object with fields of its own. */
export const Nested = (type: () => Class, said: Said = {}): Decorator =>
  field(said, { type: () => type() } as never, [
    IsObject(says('an object')),
    ValidateNested(says('an object')),
    Type(type as never),
  ]);

/** A JSON object that is checked by whoever understands it, and comes to it as it was sent. */
/** A rule of the rule language: what is in it is checked with what it names. */
export const RuleField = (said: Said): Decorator =>
  field(said, { allOf: [{ $ref: '#/components/schemas/Rule' }] } as never, freely);

export const FreeObject = (said: Said = {}): Decorator =>
  field(said, { type: 'object', additionalProperties: true }, freely);

const freely = [
  Transform(({ obj, key }) => (obj as Record<string, unknown>)[key]),
  ValidateBy({ name: 'isObject', validator: { validate: (value) => isObject(value) } }, says('an object')),
];
