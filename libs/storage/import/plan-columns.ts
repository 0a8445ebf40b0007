import { Fields, isObject, type Problems } from '@entente/kernel';
import { cellKinds, isCellKind, type CellKindName } from './cell-kinds';

/** Where a column's cells go: to a key by which people are known, to a trait, or to their company. */
export type Target =
  | { readonly is: 'email' | 'phone' | 'userId' }
  /** A key of a system of the author's: `crmId` is the kind `crm`. */
  | { readonly is: 'reference'; readonly kind: string }
  | { readonly is: 'trait'; readonly name: string }
  /** The company that the row's person belongs to, and what is said of it. */
  | { readonly is: 'company' }
  | { readonly is: 'company-trait'; readonly name: string };

export interface ColumnPlan {
  readonly column: string;
  readonly target: Target;
  readonly as: CellKindName;
}

const MOST_COLUMNS = 200;
const EXPECTED_TARGET =
  'email, phone, userId, a key such as crmId, traits.<name>, company.id or company.<name>';
const TRAIT = /^(traits|company)\.([\p{L}_$][\p{L}\p{N}_$ -]{0,99})$/u;
const REFERENCE = /^([a-z][A-Za-z0-9]{0,30})Id$/;
/** Kinds that mean something else already. */
const RESERVED_KINDS = new Set(['user', 'anonymous', 'email', 'phone', 'contact']);
const RESERVED_TRAITS = new Set(['__proto__', 'constructor', 'prototype']);

/** Reads what becomes of each column. */
export function readColumns(fields: Fields): ColumnPlan[] {
  const value = fields.value('columns');
  const entries = isObject(value) ? Object.entries(value) : [];
  if (entries.length === 0 || entries.length > MOST_COLUMNS) {
    fields.wrong('columns', value, 'an object that says what becomes of each column');
    return [];
  }
  const columns = entries
    .map(([column, said]) => readColumn(column, said, fields))
    .filter((plan) => plan !== undefined);
  refuseRepeated(columns, fields);
  if (columns.length === entries.length && !columns.some(isIdentity))
    fields.problems.add(
      'columns',
      'no-identity',
      'nothing says whose rows these are',
      'email, phone, userId or crmId',
    );
  const goesTo = (is: Target['is']) => columns.find(({ target }) => target.is === is);
  const ofCompany = goesTo('company-trait');
  if (ofCompany && !goesTo('company'))
    fields.problems.add(
      `columns.${ofCompany.column}`,
      'no-company',
      'nothing says which company this is about',
      'another column that goes to company.id',
    );
  return columns;
}

const isTrait = ({ is }: Target): boolean => is === 'trait' || is === 'company-trait';
const isIdentity = ({ target }: ColumnPlan): boolean => !isTrait(target) && target.is !== 'company';

function readColumn(column: string, said: unknown, { problems, path }: Fields): ColumnPlan | undefined {
  const at = `${path}columns.${column}`;
  if (typeof said === 'string') return withTarget(column, said, 'text', at, problems);
  const fields = Fields.of(said, at, problems, `${EXPECTED_TARGET}, or { "to": …, "as": … }`);
  const to = fields?.text('to', EXPECTED_TARGET);
  const as = fields && readKind(fields);
  fields?.refuseOthers();
  return to && as ? withTarget(column, to, as, fields!.at('to'), problems) : undefined;
}

function withTarget(
  column: string,
  to: string,
  as: CellKindName,
  at: string,
  problems: Problems,
): ColumnPlan | undefined {
  const target = targetOf(to);
  if (!target)
    return problems.add(at, 'unknown-target', `${to} is nothing a column can go to`, EXPECTED_TARGET);
  if (isTrait(target) || as === 'text') return { column, target, as };
  return problems.add(
    at,
    'invalid',
    'only traits are read as something else than text',
    '{ "to": "traits.…", "as": … }',
  );
}

function targetOf(to: string): Target | undefined {
  if (to === 'email' || to === 'phone' || to === 'userId') return { is: to };
  if (to === 'company.id') return { is: 'company' };
  const [, of, name] = TRAIT.exec(to) ?? [];
  if (name && of === 'company') return RESERVED_TRAITS.has(name) ? undefined : { is: 'company-trait', name };
  if (name)
    return RESERVED_TRAITS.has(name) || name === 'email' || name === 'phone'
      ? undefined
      : { is: 'trait', name };
  const kind = REFERENCE.exec(to)?.[1];
  return kind && !RESERVED_KINDS.has(kind) ? { is: 'reference', kind } : undefined;
}

function refuseRepeated(columns: readonly ColumnPlan[], { problems }: Fields): void {
  const seen = new Set<string>();
  for (const { column, target } of columns) {
    const name = JSON.stringify(target);
    if (seen.has(name))
      problems.add(`columns.${column}`, 'duplicate', 'another column goes to the same place');
    seen.add(name);
  }
}

/** Reads, from the field `as`, how cells are read. */
export function readKind(fields: Fields): CellKindName | undefined {
  if (!fields.has('as')) return 'text';
  const as = fields.value('as');
  return isCellKind(as) ? as : fields.wrong('as', as, Object.keys(cellKinds).join(', '));
}
