import { Fields, type Problems } from '@entente/kernel';
import type { CellKindName } from './cell-kinds';
import { readKind } from './plan-columns';

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

interface KnownTopics {
  topic(key: string): boolean;
}

const MOST_PERMISSIONS = 50;
const MOST_VALUES = 100;
const EXPECTED_COLUMN = "the name of one of the file's columns";

/** Reads which permissions rows give or take. */
export function readPermissions(fields: Fields, known: KnownTopics): PermissionPlan[] {
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
  known: KnownTopics,
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

function readTopic(fields: Fields, known: KnownTopics): string | undefined {
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
