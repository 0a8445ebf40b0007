import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { toIso } from '@entente/kernel';

/** An instant as answers show it. */
export const shown = (date: Date | null): string | null => (date ? toIso(date.getTime()) : null);

/** What the documentation says of a field of an answer. */
interface Said {
  readonly nullable?: boolean;
  readonly description?: string;
}

const field = (schema: object, { nullable = false, description }: Said): PropertyDecorator =>
  ApiProperty({ ...schema, nullable, description } as ApiPropertyOptions);

/** Decorates a field of an answer. */
export const Shown = (type: unknown, said: Said = {}): PropertyDecorator => field({ type }, said);

/** Decorates a list in an answer. */
export const ShownList = (type: unknown, said: Said = {}): PropertyDecorator =>
  field({ type, isArray: true }, said);

/** Decorates an instant in an answer. */
export const ShownInstant = (said: Said = {}): PropertyDecorator =>
  field({ type: String, format: 'date-time' }, said);

/** Decorates free JSON in an answer. */
export const ShownJson = (said: Said = {}): PropertyDecorator =>
  field({ type: 'object', additionalProperties: true }, said);

const anything = [
  ...['string', 'number', 'boolean', 'object'].map((type) => ({ type })),
  { type: 'array', items: {} },
];

/** Decorates a field of an answer that holds whatever was told, be it a text, a number or a list. */
export const ShownValue = (said: Said = {}): PropertyDecorator =>
  field({ anyOf: anything }, { nullable: true, description: 'Any JSON.', ...said });

/** Decorates counts by name in an answer. */
export const ShownCounts = (said: Said = {}): PropertyDecorator =>
  field({ type: 'object', additionalProperties: { type: 'integer' } }, said);
