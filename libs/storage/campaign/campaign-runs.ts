import { toIso, type ContactId, type Instant } from '@entente/kernel';
import type { Tx } from '../database/database';

/** One planned instant of a campaign version, and how far it has been enrolled. */
export interface CampaignRun {
  readonly version: number;
  readonly plannedAt: Instant;
  readonly campaign: string;
  readonly cursor: ContactId;
  /** Whether anybody has been enrolled, or tried. */
  readonly begun: boolean;
}

/** Runs whose instant has come and that are not done; those of paused campaigns wait. */
export async function dueRuns(tx: Tx, until: Instant): Promise<CampaignRun[]> {
  const rows = await tx.query<{
    version_id: number;
    planned_at: Date;
    campaign_key: string;
    cursor: ContactId;
    begun: boolean;
  }>(
    `SELECT run.version_id, run.planned_at, run.campaign_key, run.cursor, run.status = 'running' AS begun
     FROM campaign_run AS run JOIN campaign ON campaign.key = run.campaign_key
     WHERE run.status IN ('planned', 'running') AND run.planned_at <= $1 AND campaign.status = 'live'
     ORDER BY run.planned_at, run.version_id`,
    [toIso(until)],
  );
  return rows.map((row) => ({
    version: row.version_id,
    plannedAt: row.planned_at.getTime(),
    campaign: row.campaign_key,
    cursor: row.cursor,
    begun: row.begun,
  }));
}

/** The next members of a segment version by contact id. */
export async function membersAfter(
  tx: Tx,
  version: number,
  cursor: ContactId,
  limit: number,
): Promise<ContactId[]> {
  const rows = await tx.query<{ contact_id: ContactId }>(
    'SELECT contact_id FROM membership WHERE version_id = $1 AND contact_id > $2 ORDER BY contact_id LIMIT $3',
    [version, cursor, limit],
  );
  return rows.map((row) => row.contact_id);
}

/** Moves a run on, unless somebody else did or it was canceled; says whether it moved. */
export async function moveRun(
  tx: Tx,
  run: CampaignRun,
  to: { readonly cursor: ContactId; readonly audience: number },
): Promise<boolean> {
  const moved = await tx.run(
    `UPDATE campaign_run
     SET status = 'running', cursor = $4, audience = audience + $5, started_at = coalesce(started_at, now())
     WHERE version_id = $1 AND planned_at = $2 AND cursor = $3 AND status IN ('planned', 'running')`,
    [run.version, toIso(run.plannedAt), run.cursor, to.cursor, to.audience],
  );
  return moved > 0;
}

/** Ends a run that reached its last contact, and plans the next one of its campaign, if there is any. */
export async function endRun(tx: Tx, run: CampaignRun, next: Instant | undefined): Promise<void> {
  const ended = await tx.run(
    `UPDATE campaign_run SET status = 'done', started_at = coalesce(started_at, now()), ended_at = now()
     WHERE version_id = $1 AND planned_at = $2 AND cursor = $3 AND status IN ('planned', 'running')`,
    [run.version, toIso(run.plannedAt), run.cursor],
  );
  if (ended === 0) return;
  if (next !== undefined) return planRun(tx, run.version, run.campaign, next);
  await tx.run(
    `UPDATE campaign SET status = 'ended' WHERE key = $1 AND kind = 'broadcast' AND status = 'live'`,
    [run.campaign],
  );
}

/** Leaves out a planned instant that was missed for too long, and plans the next one, if there is any. */
export async function missRun(tx: Tx, run: CampaignRun, next: Instant | undefined): Promise<void> {
  const missed = await tx.run(
    `UPDATE campaign_run SET status = 'canceled', ended_at = now()
     WHERE version_id = $1 AND planned_at = $2 AND status = 'planned'`,
    [run.version, toIso(run.plannedAt)],
  );
  if (missed > 0 && next !== undefined) await planRun(tx, run.version, run.campaign, next);
}

/** Plans an instant of a campaign version; planning it twice plans it once. */
export async function planRun(tx: Tx, version: number, campaign: string, at: Instant): Promise<void> {
  await tx.run(
    `INSERT INTO campaign_run (version_id, planned_at, campaign_key, status)
     VALUES ($1, $2, $3, 'planned') ON CONFLICT DO NOTHING`,
    [version, toIso(at), campaign],
  );
}
