import { EVERY_TOPIC } from '@entente/consent';
import type { Fact, IdentityKey } from '@entente/event';
import type { ContactId, Instant } from '@entente/kernel';
import type { Tx } from '../database/database';
import { changeMembers } from '../list/change-members';
import { tellFacts } from '../outbox';
import { entryText } from '../permission/permission-feedback';
import { enterRows, keyOf, type EnteredPermission, type EnteredRows, type Import } from './enter-rows';
import type { ImportRow, RowProblem } from './read-row';

/** Records that are applied at once. A dry run has to cut a file where its import does. */
export const CHUNK = 200;

/** What became of a row. */
export interface AppliedRow {
  readonly row: ImportRow;
  readonly is: 'created' | 'updated' | 'refused';
  /** The key by which its contact was found. */
  readonly key?: IdentityKey;
  readonly permissions: readonly EnteredPermission[];
  /** Whether it put somebody on the plan's list who was not on it. */
  readonly joined: boolean;
  readonly problems: readonly RowProblem[];
}

/**
 * Enters rows: the permissions they give and take, in the outbox an `identify` fact each, and a `group` fact where they
 * name a company, and who joins the plan's list. A person is new when
 * nobody had used any of their keys. Facts carry instants just before the import began, in the order of the rows: of two rows about
 * one person the later holds.
 */
export async function applyRows(
  tx: Tx,
  job: Import,
  rows: readonly ImportRow[],
  now: Instant,
): Promise<AppliedRow[]> {
  const entered = await enterRows(tx, job, rows, now);
  await tellFacts(
    tx,
    rows.filter(({ refused }) => !refused).flatMap((row) => factsOf(job, row)),
  );
  const joined = await joinList(tx, job, rows, entered.contacts, now);
  return rows.map((row) => applied(row, entered, joined.has(row)));
}

/** Puts the people of accepted rows on the plan's list; gives the rows that changed something by that. */
async function joinList(
  tx: Tx,
  { plan }: Import,
  rows: readonly ImportRow[],
  contacts: ReadonlyMap<IdentityKey, ContactId>,
  now: Instant,
): Promise<Set<ImportRow>> {
  if (plan.list === undefined) return new Set();
  const joining = rows
    .filter(({ refused }) => !refused)
    .map((row) => ({ row, contact: contacts.get(row.keys[0]!)!, joined: true }));
  const how = { imported: true, ...(plan.effects === 'campaigns' && { effects: true }) };
  const changed = new Set(await changeMembers(tx, plan.list, joining, now, how));
  return new Set(joining.filter((change) => changed.has(change)).map(({ row }) => row));
}

function factsOf(
  { id, source, plan, createdAt, records }: Import,
  { row, who, traits, company }: ImportRow,
): Fact[] {
  const said = {
    v: 1,
    source,
    ...who,
    timestamp: createdAt - (records + 2 - row),
    cause: 'import',
    ...(plan.effects === 'campaigns' && { effects: true }),
  } as const;
  const messageId = `import:${id}:${row}`;
  const identify: Fact = { ...said, type: 'identify', messageId, traits };
  if (!company) return [identify];
  const group = { groupId: company.id, traits: company.traits };
  return [identify, { ...said, type: 'group', messageId: `${messageId}:company`, ...group }];
}

function applied(row: ImportRow, entered: EnteredRows, joined: boolean): AppliedRow {
  const { contacts, created } = entered;
  const isNew = row.keys.length > 0 && row.keys.every((key) => created.has(key));
  for (const key of row.keys) created.delete(key);
  const key = keyOf(row, contacts);
  const permissions = entered.permissions.get(row) ?? [];
  return {
    row,
    is: row.refused ? 'refused' : isNew ? 'created' : 'updated',
    ...(key && { key }),
    permissions,
    joined,
    problems: [...row.problems, ...permissions.flatMap((permission) => refusalOf(row, permission))],
  };
}

const refusalMessages: Record<string, string> = {
  withdrawn: 'was withdrawn; only the recipient can give it again',
  objected: 'was objected to; only the recipient can give it again',
  paused: 'is paused by the recipient',
  'no-address': 'is for an address, and this row has none',
};

/** Why a grant was not entered. An address that somebody opted out of counts as withdrawn, whoever's it is now. */
function refusalOf({ row }: ImportRow, { permission, recorded }: EnteredPermission): RowProblem[] {
  if (!recorded.refused) return [];
  const { topic, column } = permission.plan;
  const code = recorded.refused === 'suppressed' ? 'withdrawn' : recorded.refused;
  const about = topic === EVERY_TOPIC ? 'the permission' : `the permission for ${topic}`;
  const message = `${about} ${refusalMessages[code] ?? `is refused (${code})`}`;
  return [{ row, column, code, message, ...(recorded.entry && { entry: entryText(recorded.entry) }) }];
}

export interface ImportCounts {
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly refused: number;
  readonly grants: number;
  readonly withdrawals: number;
  /** People who were not on the plan's list before. */
  readonly joined: number;
  readonly problems: number;
}

export const noRows: ImportCounts = {
  rows: 0,
  created: 0,
  updated: 0,
  refused: 0,
  grants: 0,
  withdrawals: 0,
  joined: 0,
  problems: 0,
};

/** The counts so far with these rows added; rows = created + updated + refused. */
export function addRows(counts: ImportCounts, rows: readonly AppliedRow[]): ImportCounts {
  const acts = rows.flatMap(({ permissions }) => permissions.filter(changed)).map(actOf);
  const are = (is: AppliedRow['is']) => rows.filter((row) => row.is === is).length;
  return {
    rows: counts.rows + rows.length,
    created: counts.created + are('created'),
    updated: counts.updated + are('updated'),
    refused: counts.refused + are('refused'),
    grants: counts.grants + acts.filter((act) => act === 'granted').length,
    withdrawals: counts.withdrawals + acts.filter((act) => act === 'withdrawn').length,
    joined: counts.joined + rows.filter(({ joined }) => joined).length,
    problems: counts.problems + rows.reduce((sum, { problems }) => sum + problems.length, 0),
  };
}

const changed = ({ recorded }: EnteredPermission): boolean => !recorded.refused && !recorded.stood;
const actOf = ({ permission }: EnteredPermission) => permission.plan.act;
