import { getMetadataStorage } from 'class-validator';
import { isObject, NotFound } from '@entente/kernel';
import {
  type AuthoredRow,
  type AuthoredTable,
  type Database,
  lockAuthored,
  publish,
  type Tx,
} from '@entente/storage';
import { type Answer, revised } from './answer';
import { checkBody } from './checked-pipe';
import { type Page, page, type PageQuery, readCursor } from './page';
import type { Precondition } from './precondition';

/** What differs between the kinds of things that authors name. Rows come from storage, bodies from requests. */
export interface AuthoredKind<Body extends object, Row extends AuthoredRow, View extends object> {
  readonly table: AuthoredTable;
  /** What one of them is called in messages. */
  readonly noun: string;
  readonly body: new () => Body;
  /** The engine or sender works by it: a write is a publication. */
  readonly published?: boolean;
  find(tx: Tx, key: string): Promise<Row | undefined>;
  list(tx: Tx, page: { after?: string; limit: number }): Promise<Row[]>;
  /** Checks what only the database knows, and writes. */
  save(tx: Tx, key: string, body: Body, current: Row | undefined): Promise<Row>;
  show(row: Row): View;
}

/** The habits that all authored things share: PUT creates or replaces, PATCH merges, edits honor preconditions. */
export class Authored<Body extends object, Row extends AuthoredRow, View extends object> {
  constructor(
    private readonly database: Database,
    private readonly kind: AuthoredKind<Body, Row, View>,
  ) {}

  async list({ cursor, limit }: PageQuery): Promise<Page<View>> {
    const [after] = readCursor(cursor, 'text') ?? [];
    const rows = await this.kind.list(this.database, { after, limit: limit + 1 });
    return page(rows, limit, { item: (row) => this.kind.show(row), cursor: (row) => [row.key] });
  }

  async get(key: string): Promise<Answer<View>> {
    return this.answer(found(await this.kind.find(this.database, key), this.kind.noun, key));
  }

  /** 201 for a new one, else 200. */
  put(key: string, body: Body, ifMatch: Precondition): Promise<Answer<View>> {
    return this.edit(key, ifMatch, () => body);
  }

  /** RFC 7396 merge-patch over what PUT would take. */
  patch(key: string, patch: object, ifMatch: Precondition): Promise<Answer<View>> {
    return this.edit(key, ifMatch, (current) => {
      const written = writable(this.kind.body, this.kind.show(found(current, this.kind.noun, key)));
      return checkBody(mergePatch(written, patch), this.kind.body);
    });
  }

  private edit(
    key: string,
    ifMatch: Precondition,
    bodyOf: (current: Row | undefined) => Body,
  ): Promise<Answer<View>> {
    return this.database.transaction(async (tx) => {
      if (this.kind.published) await publish(tx);
      ifMatch(await lockAuthored(tx, this.kind.table, key));
      const current = await this.kind.find(tx, key);
      const row = await this.kind.save(tx, key, bodyOf(current), current);
      return this.answer(row, current ? 200 : 201);
    });
  }

  private answer(row: Row, status = 200): Answer<View> {
    return revised(row.revision, this.kind.show(row), status);
  }
}

export function found<Thing>(thing: Thing | undefined, noun: string, key: string): Thing {
  if (thing === undefined) throw new NotFound(`There is no ${noun} ${key}.`);
  return thing;
}

/** The fields of a view that a PUT of it may carry. */
function writable(body: new () => object, view: object): Record<string, unknown> {
  const names = getMetadataStorage()
    .getTargetValidationMetadatas(body, '', true, false)
    .map(({ propertyName }) => propertyName);
  return Object.fromEntries(
    Object.entries(view).filter(([name, value]) => names.includes(name) && value !== null),
  );
}

/** RFC 7396: null removes, objects merge, anything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}
