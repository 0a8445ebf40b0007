import { ApiProperty } from '@nestjs/swagger';
import { malformed } from './api-problem';
import { Text, Whole } from './fields';

/** The query of every list. */
export class PageQuery {
  @Whole({ optional: true, inQuery: true, min: 1, max: 500, description: 'How many to give (50).' })
  limit = 50;

  @Text({ optional: true, max: 2_000, description: 'Where to go on: `next` of the page before.' })
  cursor?: string;
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** The cursor of the next page; null at the end. */
  readonly next: string | null;
}

/** The class that documents a page of `item`. */
export function pageOf(item: abstract new (...args: never[]) => unknown): abstract new () => Page<unknown> {
  abstract class PageOfItems implements Page<unknown> {
    @ApiProperty({ type: item as never, isArray: true })
    readonly items!: readonly unknown[];

    @ApiProperty({
      type: String,
      nullable: true,
      description: 'The cursor of the next page; null at the end.',
    })
    readonly next!: string | null;
  }
  Object.defineProperty(PageOfItems, 'name', { value: `${item.name}Page` });
  return PageOfItems;
}

const kinds = {
  text: (value: unknown) => typeof value === 'string' && value.length <= 400 && !value.includes('\u0000'),
  number: (value: unknown) => typeof value === 'string' && /^\d{1,18}$/.test(value),
  uuid: (value: unknown) => typeof value === 'string' && UUID.test(value),
  instant: (value: unknown) =>
    typeof value === 'string' && ISO.test(value) && !Number.isNaN(Date.parse(value)),
} satisfies Record<string, (value: unknown) => boolean>;

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3,6}Z$/;

/** Reads a cursor whose parts are of these kinds; undefined when the list starts. */
export function readCursor(
  cursor: string | undefined,
  ...parts: readonly (keyof typeof kinds)[]
): string[] | undefined {
  if (cursor === undefined) return undefined;
  const values = decoded(cursor);
  const sound = values?.length === parts.length && parts.every((kind, index) => kinds[kind](values[index]));
  if (!sound)
    throw malformed('cursor', 'cursor', 'is not a cursor of this list', '`next` of the page before');
  return values as string[];
}

function decoded(cursor: string): unknown[] | undefined {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(values) ? values : undefined;
  } catch {
    return undefined;
  }
}

/** Makes a page of rows that were read with a limit of one more than the page's. */
export function page<Row, Item>(
  rows: readonly Row[],
  limit: number,
  shown: { readonly item: (row: Row) => Item; readonly cursor: (row: Row) => readonly string[] },
): Page<Item> {
  const items = rows.slice(0, limit);
  const more = rows.length > limit;
  const next = more ? Buffer.from(JSON.stringify(shown.cursor(items.at(-1)!))).toString('base64url') : null;
  return { items: items.map(shown.item), next };
}
