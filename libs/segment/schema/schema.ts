import { bounds } from '../bounds';

/** A JSON schema as OpenAPI 3.0 takes it. */
export type Schema = { readonly [keyword: string]: unknown };

/** What is named and referred to, so that schemas may go around in circles. */
export type SchemaName =
  'Rule' | 'Comparison' | 'NumberComparison' | 'Filter' | 'Window' | 'During' | 'Series';

export const refTo = (name: SchemaName): Schema => ({ $ref: `#/components/schemas/${name}` });

export const text: Schema = { type: 'string', minLength: 1, maxLength: bounds.text };
export const path: Schema = {
  ...text,
  description: String.raw`A name, or names between single dots; a dot in a name is written \. and a backslash \\.`,
};
export const scalar: Schema = {
  anyOf: [{ type: 'string', maxLength: bounds.text }, { type: 'number' }, { type: 'boolean' }],
};
export const scalars: Schema = { type: 'array', items: scalar, minItems: 1, maxItems: bounds.values };
export const date: Schema = {
  type: 'string',
  description: 'A day, or an instant with its offset (RFC 3339).',
};
export const word = (...words: readonly string[]): Schema => ({ type: 'string', enum: words });

export const anyOf = (...schemas: readonly Schema[]): Schema => ({ anyOf: schemas });

/** An object with no other fields than these. */
export const closed = (
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): Schema => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...(required.length > 0 && { required }),
});

/** Two of a kind. */
export const pairOf = (one: Schema): Schema => ({ type: 'array', items: one, minItems: 2, maxItems: 2 });
