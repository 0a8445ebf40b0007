import type { Tx } from './database';

/** Which definitions a transaction works by: a whole number that only grows. */
export type Generation = number;

/** The advisory lock that batches share and publishing holds alone. */
const DEFINITIONS_LOCK = 4242;

/**
 * Starts publishing: waits until no batch works by the old definitions, keeps new ones out until this transaction
 * ends, and gives the generation that its writes will be known as. Taken before anything else is locked.
 */
export async function publish(tx: Tx): Promise<Generation> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [DEFINITIONS_LOCK]);
  const [row] = await tx.query<{ generation: string }>(
    'UPDATE definitions SET generation = generation + 1 RETURNING generation',
  );
  return Number(row!.generation);
}

/** Keeps the definitions as they are until this transaction ends, and gives their generation. */
export async function readGenerationShared(tx: Tx): Promise<Generation> {
  const [, [row]] = await Promise.all([
    tx.prepared('SELECT pg_advisory_xact_lock_shared($1)', [DEFINITIONS_LOCK]),
    tx.prepared<{ generation: string }>('SELECT generation FROM definitions', []),
  ]);
  return Number(row!.generation);
}
