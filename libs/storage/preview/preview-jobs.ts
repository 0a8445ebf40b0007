import type { ContactId, Json, JsonObject, Uuid } from '@entente/kernel';
import type { Rule, WholeRule } from '@entente/segment';
import type { Tx } from '../database/database';
import { storedRule } from '../segment/stored-rule';
import { addFound, nothingFound, groups, type Found, type Question, type Group } from './look';

/** An exact count that is under way: what was found among the contacts up to its cursor. */
export interface PreviewJob {
  readonly id: Uuid;
  readonly question: Question;
  readonly cursor: ContactId;
  readonly found: Found;
}

export const PREVIEW = 'segment-preview';

/** Has everybody counted in the background. The rules are kept as they are now. */
export async function createPreview(
  tx: Tx,
  { question, target, createdBy }: { question: Question; target: string; createdBy: Uuid },
): Promise<Uuid> {
  const [job] = await tx.query<{ id: Uuid }>(
    `INSERT INTO job (kind, target, status, plan, created_by) VALUES ($1, $2, 'waiting', $3, $4) RETURNING id`,
    [PREVIEW, target, JSON.stringify(planOf(question)), createdBy],
  );
  return job!.id;
}

interface StoredRule {
  readonly rule: Json;
  readonly named: readonly (readonly [segment: string, rule: Json])[];
}

interface Plan {
  readonly rule: StoredRule;
  readonly instead?: StoredRule | null;
}

const planOf = ({ rule, instead }: Question) => ({
  rule: toStored(rule),
  ...(instead !== undefined && { instead: instead && toStored(instead) }),
});

const toStored = ({ rule, named }: WholeRule): { rule: Rule; named: [string, Rule][] } => ({
  rule,
  named: [...named],
});

const fromStored = ({ rule, named }: StoredRule): WholeRule => ({
  rule: storedRule(rule),
  named: new Map(named.map(([segment, own]) => [segment, storedRule(own)])),
});

/** The oldest count that has not ended. One whose rules are not understood any more is given up, so that nobody waits for it. */
export async function openPreview(tx: Tx): Promise<PreviewJob | undefined> {
  const [row] = await tx.query<StoredPreview>(
    `SELECT id, plan, cursor, counts, result FROM job
     WHERE kind = $1 AND status IN ('waiting', 'running') ORDER BY created_at, id LIMIT 1`,
    [PREVIEW],
  );
  if (!row) return undefined;
  const question = questionIn(row.plan);
  if (question) return { id: row.id, question, cursor: row.cursor, found: foundIn(row) };
  await endPreview(tx, row, 'The stored rules are not understood any more.');
  return openPreview(tx);
}

interface StoredPreview {
  readonly id: Uuid;
  readonly plan: Plan;
  readonly cursor: ContactId;
  readonly counts: JsonObject;
  readonly result: Json;
}

function questionIn({ rule, instead }: Plan): Question | undefined {
  try {
    const before = instead && fromStored(instead);
    return { rule: fromStored(rule), ...(before !== undefined && { instead: before }) };
  } catch {
    return undefined;
  }
}

function foundIn({ counts: stored, result }: StoredPreview): Found {
  if (result === null) return nothingFound;
  const { contacts, ...counts } = stored;
  const { examples } = result as unknown as Pick<Found, 'examples'>;
  return {
    contacts: Number(contacts),
    counts: { ...nothingFound.counts, ...(counts as Partial<Found['counts']>) },
    examples: { ...nothingFound.examples, ...examples },
  };
}

/** Counts what was found up to `to`; nothing, when the job was canceled or somebody else has moved it. */
export async function movePreview(
  tx: Tx,
  { id, cursor, question, found }: PreviewJob,
  to: ContactId,
  more: Found,
): Promise<void> {
  const { contacts, counts, examples } = addFound(found, more);
  const asked = question.instead === undefined ? (['matching'] as const) : groups;
  await tx.run(
    `UPDATE job SET status = 'running', cursor = $3::bigint, counts = $4, result = $5,
       started_at = coalesce(started_at, now()),
       done = least($3::bigint / greatest((SELECT last_value FROM contact_id_seq), 1)::float8, 0.99)
     WHERE id = $1 AND cursor = $2::bigint AND status IN ('waiting', 'running')`,
    [
      id,
      cursor,
      to,
      JSON.stringify({ contacts, ...pick(counts, asked) }),
      JSON.stringify({ examples: pick(examples, asked) }),
    ],
  );
}

const pick = <Value>(of: Readonly<Record<Group, Value>>, which: readonly Group[]) =>
  Object.fromEntries(which.map((group) => [group, of[group]]));

/** Ends a count: it is done, or it failed with an error. */
export async function endPreview(
  tx: Tx,
  { id }: { readonly id: Uuid },
  error: string | null = null,
): Promise<void> {
  await tx.run(
    `UPDATE job SET status = CASE WHEN $2::text IS NULL THEN 'done' ELSE 'failed' END, error = $2,
       done = CASE WHEN $2::text IS NULL THEN 1 ELSE done END, started_at = coalesce(started_at, now()), ended_at = now()
     WHERE id = $1 AND status IN ('waiting', 'running')`,
    [id, error],
  );
}

/** How many counts have not ended. */
export async function openPreviews(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ open: number }>(
    `SELECT count(*)::int AS open FROM job WHERE kind = $1 AND status IN ('waiting', 'running')`,
    [PREVIEW],
  );
  return row!.open;
}
