import { Fields, isObject, Problems, type Problem } from '@entente/kernel';
import { cellKinds, isCellKind, type CellKindName } from './cell-kinds';

/** Where a column's cells go: to a key by which people are known, or to a trait. */
export type Target =
  | { readonly is: 'email' | 'phone' | 'userId' }
  /** A key of a system of the author's: `crmId` is the kind `crm`. */
  | { readonly is: 'reference'; readonly kind: string }
  | { readonly is: 'trait'; readonly name: string };

export interface ColumnPlan {
  readonly column: string;
  readonly target: Target;
  readonly as: CellKindName;
}

/** A permission that a row gives or takes when a cell says so. */
export interface PermissionPlan {
  readonly topic: string;
  readonly act: 'granted' | 'withdrawn';
  readonly column: string;
  /** Cells that mean yes, in lower case; any cell that is not empty when left out. */
  readonly values?: ReadonlySet<string>;
  readonly basis: 'consent' | 'existing-customer' | 'none';
  readonly wording?: string;
  /** The column with the time at which it is claimed to have happened. */
  readonly at?: { readonly column: string; readonly as: CellKindName };
  /** The column with the place where it happened. */
  readonly where?: string;
}

export interface ImportPlan {
  readonly source: string;
  readonly dryRun: boolean;
  /** Whether what it brings may start campaigns. */
  readonly effects: 'none' | 'campaigns';
  readonly columns: readonly ColumnPlan[];
  readonly permissions: readonly PermissionPlan[];
}

export interface KnownToImports {
  /** Whether there is such a source and whether it is trusted. */
  source(key: string): { readonly trusted: boolean } | undefined;
  topic(key: string): boolean;
}

const MOST_COLUMNS = 200;
const MOST_PERMISSIONS = 50;
const MOST_VALUES = 100;
const EXPECTED_TARGET = 'email, phone, userId, a key such as crmId, or traits.<name>';
const EXPECTED_COLUMN = "the name of one of the file's columns";
const TRAIT = /^traits\.([\p{L}_$][\p{L}\p{N}_$ -]{0,99})$/u;
const REFERENCE = /^([a-z][A-Za-z0-9]{0,30})Id$/;
/** Kinds that mean something else already. */
const RESERVED_KINDS = new Set(['user', 'anonymous', 'email', 'phone', 'contact']);
const RESERVED_TRAITS = new Set(['__proto__', 'constructor', 'prototype']);

/** Reads an import's plan, or tells every problem in it at its JSON path. */
export function parsePlan(
  json: unknown,
  known: KnownToImports,
): { readonly plan: ImportPlan } | { readonly problems: readonly Problem[] } {
  const problems = new Problems();
  const fields = Fields.of(json, '', problems, 'a plan');
  const plan = fields && readPlan(fields, known);
  fields?.refuseOthers();
  return plan && problems.found.length === 0 ? { plan } : { problems: problems.found };
}

function readPlan(fields: Fields, known: KnownToImports): ImportPlan | undefined {
  const source = readSource(fields, known);
  const dryRun = fields.value('dryRun');
  if (typeof dryRun !== 'boolean') fields.wrong('dryRun', dryRun, 'true to count only, false to import');
  const effects = fields.has('effects') ? fields.value('effects') : 'none';
  if (effects !== 'none' && effects !== 'campaigns') fields.wrong('effects', effects, 'none or campaigns');
  const columns = readColumns(fields);
  const permissions = readPermissions(fields, known);
  if (!source) return undefined;
  return {
    source,
    dryRun: dryRun === true,
    effects: effects === 'campaigns' ? effects : 'none',
    columns,
    permissions,
  };
}

function readSource(fields: Fields, known: KnownToImports): string | undefined {
  const key = fields.text('source', "a source's key");
  if (key === undefined) return undefined;
  const source = known.source(key);
  if (source?.trusted) return key;
  return source
    ? fields.problems.add(
        'source',
        'untrusted',
        `what the source ${key} says of people is not trusted`,
        'a trusted source',
      )
    : fields.problems.add('source', 'unknown-source', `there is no source ${key}`, 'a source that exists');
}

function readColumns(fields: Fields): ColumnPlan[] {
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
  if (columns.length === entries.length && !columns.some(({ target }) => target.is !== 'trait'))
    fields.problems.add(
      'columns',
      'no-identity',
      'nothing says whose rows these are',
      'email, phone, userId or crmId',
    );
  return columns;
}

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
  if (target.is === 'trait' || as === 'text') return { column, target, as };
  return problems.add(
    at,
    'invalid',
    'only traits are read as something else than text',
    '{ "to": "traits.…", "as": … }',
  );
}

function targetOf(to: string): Target | undefined {
  if (to === 'email' || to === 'phone' || to === 'userId') return { is: to };
  const trait = TRAIT.exec(to)?.[1];
  if (trait)
    return RESERVED_TRAITS.has(trait) || trait === 'email' || trait === 'phone'
      ? undefined
      : { is: 'trait', name: trait };
  const kind = REFERENCE.exec(to)?.[1];
  return kind && !RESERVED_KINDS.has(kind) ? { is: 'reference', kind } : undefined;
}

function readKind(fields: Fields): CellKindName | undefined {
  if (!fields.has('as')) return 'text';
  const as = fields.value('as');
  return isCellKind(as) ? as : fields.wrong('as', as, Object.keys(cellKinds).join(', '));
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

function readPermissions(fields: Fields, known: KnownToImports): PermissionPlan[] {
  if (!fields.has('permissions')) return [];
  const entries = fields.value('permissions');
  if (!Array.isArray(entries) || entries.length > MOST_PERMISSIONS) {
    fields.wrong('permissions', entries, `a list of at most ${MOST_PERMISSIONS}`);
    return [];
  }
  return entries
    .map((entry, index) => readPermission(entry, `permissions[${index}]`, fields.problems, known))
    .filter((plan) => plan !== undefined);
}

function readPermission(
  entry: unknown,
  path: string,
  problems: Problems,
  known: KnownToImports,
): PermissionPlan | undefined {
  const fields = Fields.of(entry, path, problems, 'a permission');
  if (!fields) return undefined;
  const topic = readTopic(fields, known);
  const act = readAct(fields);
  const when = act && readCondition(fields, act);
  const basis = act === 'grant' ? readBasis(fields) : 'none';
  const wording = fields.optionalText('wording', 'the wording that was shown, such as nl-fr@3');
  const at = readTime(fields);
  const where = fields.optionalText('where', EXPECTED_COLUMN);
  fields.refuseOthers();
  if (!topic || !when || !basis) return undefined;
  return {
    topic,
    act: act === 'grant' ? 'granted' : 'withdrawn',
    ...when,
    basis,
    ...(wording && { wording }),
    ...(at && { at }),
    ...(where && { where }),
  };
}

function readTopic(fields: Fields, known: KnownToImports): string | undefined {
  const topic = fields.text('topic', "a topic's key");
  if (topic === undefined || known.topic(topic) || (topic === '*' && fields.has('withdraw'))) return topic;
  return fields.problems.add(fields.at('topic'), 'unknown-topic', `there is no topic ${topic}`);
}

function readAct(fields: Fields): 'grant' | 'withdraw' | undefined {
  if (fields.has('grant') !== fields.has('withdraw')) return fields.has('grant') ? 'grant' : 'withdraw';
  const message = 'it must say what is given or taken';
  return fields.problems.add(fields.path, 'invalid', message, 'exactly one of grant and withdraw');
}

const EXPECTED_CONDITION = '{ "column": …, "in": [ … ] } or { "column": …, "present": true }';

function readCondition(parent: Fields, act: string): Pick<PermissionPlan, 'column' | 'values'> | undefined {
  const fields = Fields.of(parent.value(act), parent.at(act), parent.problems, EXPECTED_CONDITION);
  if (!fields) return undefined;
  const column = fields.text('column', EXPECTED_COLUMN);
  const means = fields.has('in') ? readValues(fields) : readPresent(fields);
  fields.refuseOthers();
  return column && means ? { column, ...means } : undefined;
}

function readPresent(fields: Fields): object | undefined {
  const present = fields.value('present');
  return present === true ? {} : fields.wrong('present', present, EXPECTED_CONDITION);
}

function readValues(fields: Fields): { values: ReadonlySet<string> } | undefined {
  const values = fields.list('in', MOST_VALUES, 'the cells that mean yes, as texts');
  if (values.length === 0) return undefined;
  if (values.every((value) => typeof value === 'string' && value.trim() !== ''))
    return { values: new Set((values as string[]).map((value) => value.trim().toLowerCase())) };
  return fields.wrong('in', values, 'the cells that mean yes, as texts');
}

function readBasis(fields: Fields): 'consent' | 'existing-customer' | undefined {
  const basis = fields.value('basis');
  if (basis === 'consent' || basis === 'existing-customer') return basis;
  return fields.wrong('basis', basis, 'consent or existing-customer');
}

function readTime(parent: Fields): PermissionPlan['at'] {
  if (!parent.has('at')) return undefined;
  const value = parent.value('at');
  if (typeof value === 'string' && value !== '') return { column: value, as: 'date' };
  const fields = Fields.of(
    value,
    parent.at('at'),
    parent.problems,
    `${EXPECTED_COLUMN}, or { "column": …, "as": "date-dmy" }`,
  );
  const column = fields?.text('column', EXPECTED_COLUMN);
  const as = fields && readKind(fields);
  fields?.refuseOthers();
  return column && as ? { column, as } : undefined;
}

/** Every column a plan names, with the JSON path that names it. */
export function columnsNamed({ columns, permissions }: ImportPlan): { column: string; path: string }[] {
  const mapped = columns.map(({ column }) => ({ column, path: `columns.${column}` }));
  const asked = permissions.flatMap(({ act, column, at, where }, index) => {
    const path = `permissions[${index}]`;
    return [
      { column, path: `${path}.${act === 'granted' ? 'grant' : 'withdraw'}.column` },
      ...(at ? [{ column: at.column, path: `${path}.at` }] : []),
      ...(where ? [{ column: where, path: `${path}.where` }] : []),
    ];
  });
  return [...mapped, ...asked];
}
