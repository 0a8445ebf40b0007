import { Fields, Problems, type Problem } from '@entente/kernel';
import { readColumns, type ColumnPlan } from './plan-columns';
import { readPermissions, type PermissionPlan } from './plan-permissions';

export interface ImportPlan {
  readonly source: string;
  readonly dryRun: boolean;
  /** Whether what it brings may start campaigns. */
  readonly effects: 'none' | 'campaigns';
  readonly columns: readonly ColumnPlan[];
  readonly permissions: readonly PermissionPlan[];
  /** The list that its rows join. */
  readonly list?: string;
}

export interface KnownToImports {
  /** Whether there is such a source and whether it is trusted. */
  source(key: string): { readonly trusted: boolean } | undefined;
  topic(key: string): boolean;
  list(key: string): boolean;
}

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
  const list = readList(fields, known);
  if (!source) return undefined;
  return {
    source,
    dryRun: dryRun === true,
    effects: effects === 'campaigns' ? effects : 'none',
    columns,
    permissions,
    ...(list !== undefined && { list }),
  };
}

function readList(fields: Fields, known: KnownToImports): string | undefined {
  const key = fields.optionalText('list', "a list's key");
  if (key === undefined || known.list(key)) return key;
  return fields.problems.add('list', 'unknown-list', `there is no list ${key}`, 'a list that exists');
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
