import { EVERY_TOPIC } from '@entente/consent';
import type { Fact, IdentityKey } from '@entente/event';
import type { ContactId, Instant, Uuid } from '@entente/kernel';
import { firstContacts } from '../contact/contacts';
import type { Tx } from '../database/database';
import { changeMembers } from '../list/change-members';
import { tellFacts } from '../outbox';
import { entryText } from '../permission/permission-feedback';
import type { PermissionRequest, Recorded } from '../permission/permission-requests';
import { recordPermissions } from '../permission/permissions';
import type { ImportPlan } from './plan';
import type { ImportRow, RowPermission, RowProblem } from './read-row';

/** What applying rows needs to know of their import. */
export interface Import {
  readonly id: Uuid;
  readonly source: number;
  readonly plan: ImportPlan;
  readonly createdAt: Instant;
  /** Records of the file, under its header. */
  readonly records: number;
}

/** What became of a row: `acts` are the permissions that it changed. */
export interface AppliedRow {
  readonly row: ImportRow;
  readonly is: 'created' | 'updated' | 'refused';
  readonly acts: readonly RowPermission[];
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
  const { contacts, created } = await takeIdentities(tx, rows);
  const recorded = await recordAll(tx, job, rows, contacts, now);
  await tellFacts(
    tx,
    rows.filter(({ refused }) => !refused).flatMap((row) => factsOf(job, row)),
  );
  const joined = await joinList(tx, job, rows, contacts, now);
  return rows.map((row) => applied(row, created, recorded.get(row) ?? [], joined.has(row)));
}

type Entered = readonly (readonly [RowPermission, Recorded])[];

/**
 * The contact of each key, with unknown keys of accepted rows given a new one. In the caller's transaction, so that who is
 * new is known exactly; in two statements, so that a row which another transaction has just inserted is seen.
 */
async function takeIdentities(
  tx: Tx,
  rows: readonly ImportRow[],
): Promise<{ contacts: Map<IdentityKey, ContactId>; created: Set<IdentityKey> }> {
  const accepted = rows.filter(({ refused }) => !refused).flatMap(({ keys }) => keys);
  const inserted = await tx.query<{ key: IdentityKey }>(
    `INSERT INTO identity (key, contact_id)
     SELECT key, nextval('contact_id_seq') FROM unnest($1::text[]) WITH ORDINALITY AS given (key, n) ORDER BY n
     ON CONFLICT DO NOTHING RETURNING key`,
    [[...new Set(accepted)].sort()],
  );
  const contacts = await firstContacts(tx, [...new Set(rows.flatMap(({ keys }) => keys))]);
  return { contacts, created: new Set(inserted.map(({ key }) => key)) };
}

async function recordAll(
  tx: Tx,
  job: Import,
  rows: readonly ImportRow[],
  contacts: ReadonlyMap<IdentityKey, ContactId>,
  now: Instant,
): Promise<Map<ImportRow, Entered>> {
  const asked = rows.flatMap((row) => {
    const key = row.keys.find((known) => contacts.has(known));
    return key ? row.permissions.map((permission) => ({ row, permission, contact: contacts.get(key)! })) : [];
  });
  const answers = await recordPermissions(
    tx,
    asked.map(({ row, permission, contact }) => requestOf(job, row, permission, contact, now)),
  );
  const entered = new Map<ImportRow, [RowPermission, Recorded][]>();
  for (const [index, { row, permission }] of asked.entries())
    entered.set(row, [...(entered.get(row) ?? []), [permission, answers[index]!]]);
  return entered;
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

const requestOf = (
  { id, source, plan }: Import,
  { address }: ImportRow,
  { plan: { topic, act, basis }, claimedAt, evidence }: RowPermission,
  contact: ContactId,
  now: Instant,
): PermissionRequest => ({
  contact,
  topic,
  act,
  basis,
  actor: 'import',
  source,
  at: now,
  evidence: { import: id, ...evidence },
  ...(address && { address }),
  ...(claimedAt !== undefined && { claimedAt }),
  ...(plan.effects === 'campaigns' && { effects: true }),
});

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

function applied(row: ImportRow, created: Set<IdentityKey>, entered: Entered, joined: boolean): AppliedRow {
  const isNew = row.keys.length > 0 && row.keys.every((key) => created.has(key));
  for (const key of row.keys) created.delete(key);
  const refusals = entered.flatMap(([permission, answer]) => refusalOf(row, permission, answer));
  return {
    row,
    is: row.refused ? 'refused' : isNew ? 'created' : 'updated',
    acts: entered.filter(([, answer]) => !answer.refused && !answer.stood).map(([permission]) => permission),
    joined,
    problems: [...row.problems, ...refusals],
  };
}

const refusalMessages: Record<string, string> = {
  withdrawn: 'was withdrawn; only the recipient can give it again',
  objected: 'was objected to; only the recipient can give it again',
  paused: 'is paused by the recipient',
  'no-address': 'is for an address, and this row has none',
};

function refusalOf({ row }: ImportRow, { plan }: RowPermission, answer: Recorded): RowProblem[] {
  if (!answer.refused) return [];
  return [
    refusedPermission(row, plan.column, answer.refused, plan.topic, answer.entry && entryText(answer.entry)),
  ];
}

/** Why a grant was not entered. An address that somebody opted out of counts as withdrawn, whoever's it is now. */
export function refusedPermission(
  row: number,
  column: string,
  refusal: string,
  topic: string,
  entry?: string,
): RowProblem {
  const code = refusal === 'suppressed' ? 'withdrawn' : refusal;
  const about = topic === EVERY_TOPIC ? 'the permission' : `the permission for ${topic}`;
  const message = `${about} ${refusalMessages[code] ?? `is refused (${code})`}`;
  return { row, column, code, message, ...(entry && { entry }) };
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
  const acts = rows.flatMap((row) => row.acts.map(({ plan }) => plan.act));
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
