import { ApiProperty } from '@nestjs/swagger';
import { toIso } from '@entente/kernel';

/** An instant as answers show it. */
export const shown = (date: Date | null): string | null => (date ? toIso(date.getTime()) : null);

/** Decorates a field of an answer. */
export const Shown = (type: unknown, nullable = false): PropertyDecorator =>
  ApiProperty({ type: type as never, nullable });

/** Decorates a list in an answer. */
export const ShownList = (type: unknown): PropertyDecorator =>
  ApiProperty({ type: type as never, isArray: true });

/** Decorates an instant in an answer. */
export const ShownInstant = (nullable = false): PropertyDecorator =>
  ApiProperty({ type: String, format: 'date-time', nullable });

/** Decorates free JSON in an answer. */
export const ShownJson = (nullable = false): PropertyDecorator =>
  ApiProperty({ type: 'object', additionalProperties: true, nullable } as never);

const anything = [
  ...['string', 'number', 'boolean', 'object'].map((type) => ({ type })),
  { type: 'array', items: {} },
];

/** Decorates a field of an answer that holds whatever was told, be it a text, a number or a list. */
export const ShownValue = (): PropertyDecorator =>
  ApiProperty({ description: 'Any JSON.', nullable: true, anyOf: anything } as never);

/** Decorates counts by name in an answer. */
export const ShownCounts = (): PropertyDecorator =>
  ApiProperty({ type: 'object', additionalProperties: { type: 'integer' } } as never);
