import { toIso, type Instant, type JsonObject } from '@entente/kernel';
import type { SourcedTraits } from '@entente/profile';
import type { FactCause } from '@entente/event';
import type { Tx } from '../database/database';

/** A company as it is stored: what each source said, and what of it is read. */
export interface CompanyRow {
  readonly id: string;
  readonly traits: SourcedTraits;
  readonly view: JsonObject;
  /** Grows with each change of the view. */
  readonly version: number;
}

const columns = 'id, traits, view, version';

/** Locks these companies in the order of their ids until the transaction ends; those that are new are made. */
export async function takeCompanies(tx: Tx, ids: readonly string[]): Promise<Map<string, CompanyRow>> {
  if (ids.length === 0) return new Map();
  await tx.run(
    'INSERT INTO company (id) SELECT id FROM unnest($1::text[]) AS given (id) ORDER BY id ON CONFLICT DO NOTHING',
    [ids],
  );
  const rows = await tx.query<CompanyRow>(
    `SELECT ${columns} FROM company WHERE id = ANY($1::text[]) ORDER BY id FOR NO KEY UPDATE`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Writes companies that the transaction has locked. */
export async function writeCompanies(tx: Tx, companies: readonly CompanyRow[]): Promise<void> {
  if (companies.length === 0) return;
  await tx.run(
    `UPDATE company SET traits = c.traits, view = c.view, version = c.version, updated_at = now()
     FROM json_to_recordset($1::json) AS c (id text, traits jsonb, view jsonb, version integer) WHERE company.id = c.id`,
    [JSON.stringify(companies)],
  );
}

/** A change of what is read of a company, which its contacts have yet to be told. */
export interface CompanyChange {
  readonly company: string;
  readonly at: Instant;
  readonly cause: FactCause;
}

/**
 * Has the contacts of companies told of changes. Those that are told together have the age of the oldest, and start nothing
 * when one of them may not.
 */
export async function askForTelling(tx: Tx, changes: readonly CompanyChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.run(
    `INSERT INTO company_telling AS asked (company_id, begun, at, cause)
     SELECT company, false, at, cause
     FROM json_to_recordset($1::json) AS c (company text, at timestamptz, cause text) ORDER BY company
     ON CONFLICT (company_id, begun) DO UPDATE SET at = least(asked.at, excluded.at),
       cause = CASE asked.cause WHEN 'event' THEN excluded.cause ELSE asked.cause END`,
    [JSON.stringify(changes.map((change) => ({ ...change, at: toIso(change.at) })))],
  );
}
