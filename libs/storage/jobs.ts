import type { Json, JsonObject, Uuid } from '@entente/kernel';
import type { Tx } from './database/database';

export const jobStatuses = ['waiting', 'running', 'done', 'failed', 'canceled'] as const;

/** Long work as its author sees it: an import, the exact count of a preview, or the build of a segment's version. */
export interface JobRow {
  readonly id: Uuid;
  readonly kind: string;
  readonly target: string;
  readonly status: (typeof jobStatuses)[number];
  /** From 0 to 1. */
  readonly done: number;
  readonly counts: JsonObject;
  readonly error: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** What it found out, as far as it has come; null where there is nothing but counts. */
  readonly result: Json;
}

/** Builds have no row of their own: the version's id stands in the job's. */
const BUILD = '00000000-0000-8000-8000-';

export const buildJobId = (versionId: number): Uuid => BUILD + versionId.toString(16).padStart(12, '0');

/** The segment version that a job builds, if it builds one. */
export function builtVersion(job: Uuid): number | undefined {
  const id = job.startsWith(BUILD) ? Number.parseInt(job.slice(BUILD.length), 16) : 0;
  return id > 0 && id <= 2_147_483_647 ? id : undefined;
}

export async function findJob(tx: Tx, id: Uuid): Promise<JobRow | undefined> {
  const version = builtVersion(id);
  return version === undefined ? findStoredJob(tx, id) : findBuild(tx, version);
}

async function findStoredJob(tx: Tx, id: Uuid): Promise<JobRow | undefined> {
  const [row] = await tx.query<JobRow>(
    `SELECT id, kind, target, status, done, counts, error, created_at AS "createdAt", started_at AS "startedAt",
       ended_at AS "endedAt", result
     FROM job WHERE id = $1`,
    [id],
  );
  return row;
}

async function findBuild(tx: Tx, version: number): Promise<JobRow | undefined> {
  const [row] = await tx.query<
    Omit<JobRow, 'id' | 'error' | 'counts' | 'result'> & { members: number; contacts: number }
  >(
    `SELECT 'segment-build' AS kind, 'segments/' || segment_key AS target,
       CASE WHEN status = 'building' AND build_started_at IS NULL THEN 'waiting' WHEN status = 'building' THEN 'running' WHEN live_at IS NOT NULL THEN 'done' ELSE 'canceled' END AS status,
       CASE WHEN live_at IS NOT NULL THEN 1
         ELSE least(build_cursor / greatest((SELECT last_value FROM contact_id_seq), 1)::float8, 0.99) END AS done,
       built AS contacts, (SELECT count(*)::int FROM membership WHERE version_id = v.id) AS members,
       created_at AS "createdAt", build_started_at AS "startedAt", coalesce(live_at, retired_at) AS "endedAt"
     FROM segment_version v WHERE id = $1`,
    [version],
  );
  if (!row) return undefined;
  const { contacts, members, ...job } = row;
  return { ...job, id: buildJobId(version), counts: { contacts, members }, error: null, result: null };
}

/** Cancels a job that has not ended; whoever does the work sees it between two of its chunks. */
export const cancelStoredJob = (tx: Tx, id: Uuid): Promise<number> =>
  tx.run(
    `UPDATE job SET status = 'canceled', ended_at = now() WHERE id = $1 AND status IN ('waiting', 'running')`,
    [id],
  );
