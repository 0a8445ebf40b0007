import { toIso, type Instant, type JsonObject } from '@entente/kernel';
import { planRun } from './campaign-runs';
import type { AuthoredRow, KeyPage } from '../authored/authored';
import type { Tx } from '../database/database';

export type CampaignKind = 'campaign' | 'broadcast';
export const campaignStatuses = ['draft', 'live', 'paused', 'canceled', 'ended'] as const;
export type CampaignStatus = (typeof campaignStatuses)[number];

export interface CampaignRow extends AuthoredRow {
  readonly kind: CampaignKind;
  readonly name: string;
  readonly status: CampaignStatus;
  readonly draft: JsonObject;
  /** The version that newcomers get. */
  readonly version: number | null;
  readonly versionId: number | null;
  readonly liveAt: Date | null;
  /** The next planned instant. */
  readonly plannedAt: Date | null;
}

const read = (where: string): string => `
  SELECT c.key, c.kind, c.name, c.status, c.draft, c.revision, c.created_at AS "createdAt",
    c.updated_at AS "updatedAt", v.version, v.id AS "versionId", v.live_at AS "liveAt",
    (SELECT min(r.planned_at) FROM campaign_run r
     WHERE r.version_id = v.id AND r.status IN ('planned', 'running')) AS "plannedAt"
  FROM campaign c LEFT JOIN campaign_version v ON v.campaign_key = c.key AND v.status = 'live'
  ${where}`;

export async function findCampaign(tx: Tx, key: string): Promise<CampaignRow | undefined> {
  return (await tx.query<CampaignRow>(read('WHERE c.key = $1'), [key]))[0];
}

export const listCampaigns = (
  tx: Tx,
  kind: CampaignKind,
  page: KeyPage & { readonly status?: CampaignStatus },
): Promise<CampaignRow[]> =>
  tx.query<CampaignRow>(
    read(`WHERE c.kind = $1 AND c.key > $2 AND ($3::text IS NULL OR c.status = $3) ORDER BY c.key LIMIT $4`),
    [kind, page.after ?? '', page.status ?? null, page.limit],
  );

/** Writes the draft; what is live stays as it was published. */
export async function saveDraft(
  tx: Tx,
  key: string,
  draft: { readonly kind: CampaignKind; readonly name: string; readonly definition: JsonObject },
): Promise<CampaignRow> {
  await tx.run(
    `INSERT INTO campaign (key, kind, name, draft) VALUES ($1, $2, $3, $4::jsonb)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, draft = excluded.draft,
       revision = campaign.revision + 1, updated_at = now()`,
    [key, draft.kind, draft.name, JSON.stringify(draft.definition)],
  );
  return (await findCampaign(tx, key))!;
}

export const deleteDraft = (tx: Tx, key: string): Promise<number> =>
  tx.run(`DELETE FROM campaign WHERE key = $1 AND status = 'draft'`, [key]);

/**
 * Puts the draft live as a new version that newcomers get, with its planned instants. Who is inside stays in the version
 * they began with. The campaign's go-live stays where it was already live. The transaction must hold `publish`.
 */
export async function publishCampaign(
  tx: Tx,
  { key, draft }: Pick<CampaignRow, 'key' | 'draft'>,
  live: { readonly now: Instant; readonly plannedAt: readonly Instant[] },
): Promise<number> {
  const [before] = await tx.query<{ liveAt: Date }>(
    `UPDATE campaign_version SET status = 'retired', retired_at = $2
     WHERE campaign_key = $1 AND status = 'live' RETURNING live_at AS "liveAt"`,
    [key, toIso(live.now)],
  );
  await cancelPlannedRuns(tx, key);
  const [version] = await tx.query<{ id: number; version: number }>(
    `INSERT INTO campaign_version (campaign_key, version, definition, status, live_at)
     SELECT $1, coalesce(max(version), 0) + 1, $2::jsonb, 'live', $3 FROM campaign_version WHERE campaign_key = $1
     RETURNING id, version`,
    [key, JSON.stringify(draft), toIso(before?.liveAt.getTime() ?? live.now)],
  );
  for (const at of live.plannedAt) await planRun(tx, version!.id, key, at);
  await setCampaignStatus(tx, key, 'live');
  return version!.version;
}

const cancelPlannedRuns = (tx: Tx, key: string): Promise<number> =>
  tx.run(
    `UPDATE campaign_run SET status = 'canceled', ended_at = now() WHERE campaign_key = $1 AND status = 'planned'`,
    [key],
  );

/** The transaction must hold `publish`. */
export const setCampaignStatus = (tx: Tx, key: string, status: CampaignStatus): Promise<number> =>
  tx.run('UPDATE campaign SET status = $2, revision = revision + 1, updated_at = now() WHERE key = $1', [
    key,
    status,
  ]);

/**
 * Ends a campaign for good, with its runs. Whoever walks it walks no further, and what waits is not sent; `endCanceledWalks`
 * and `endCanceledMessages` write that down. What is being handed over goes on. The transaction must hold `publish`.
 */
export async function cancelCampaign(tx: Tx, key: string, now: Instant): Promise<void> {
  await setCampaignStatus(tx, key, 'canceled');
  await tx.run(
    `UPDATE campaign_run SET status = 'canceled', ended_at = $2
     WHERE campaign_key = $1 AND status IN ('planned', 'running')`,
    [key, toIso(now)],
  );
}

/** How many are inside a campaign, and how many messages wait: what a cancellation would end. */
export async function campaignHeadCount(
  tx: Tx,
  key: string,
): Promise<{ readonly inside: number; readonly waiting: number }> {
  const [row] = await tx.query<{ inside: number; waiting: number }>(
    `SELECT
      (SELECT count(*)::int FROM enrollment WHERE campaign_key = $1 AND status = 'active') AS inside,
      (SELECT count(*)::int FROM message WHERE campaign_key = $1 AND status = 'waiting') AS waiting`,
    [key],
  );
  return row!;
}

export async function hasWaitingMessages(tx: Tx, key: string): Promise<boolean> {
  const rows = await tx.query(`SELECT FROM message WHERE campaign_key = $1 AND status = 'waiting' LIMIT 1`, [
    key,
  ]);
  return rows.length > 0;
}

/** Whether a planned instant of this campaign has begun to be enrolled. */
export async function hasBegunRuns(tx: Tx, key: string): Promise<boolean> {
  const rows = await tx.query(
    `SELECT FROM campaign_run WHERE campaign_key = $1 AND status IN ('running', 'done') LIMIT 1`,
    [key],
  );
  return rows.length > 0;
}

/** Every name that a definition may refer to; templates with their newest version. */
export interface DefinitionNames {
  readonly topics: ReadonlySet<string>;
  readonly fromAddresses: ReadonlySet<string>;
  readonly segments: ReadonlySet<string>;
  /** Those of the segments of which entries and exits are told. */
  readonly tellers: ReadonlySet<string>;
  readonly lists: ReadonlySet<string>;
  readonly templates: ReadonlyMap<string, number>;
}

export async function definitionNames(tx: Tx): Promise<DefinitionNames> {
  const rows = await tx.query<{ what: string; key: string; version: number }>(
    `SELECT 'topic' AS what, key, 0 AS version FROM topic
     UNION ALL SELECT 'from', key, 0 FROM from_address
     UNION ALL SELECT 'segment', key, 0 FROM segment
     UNION ALL SELECT 'teller', key, 0 FROM segment WHERE events
     UNION ALL SELECT 'list', key, 0 FROM list
     UNION ALL SELECT 'template', key, version FROM template`,
  );
  const keys = (what: string) => new Set(rows.filter((row) => row.what === what).map(({ key }) => key));
  const templates = rows.filter(({ what }) => what === 'template');
  return {
    topics: keys('topic'),
    fromAddresses: keys('from'),
    segments: keys('segment'),
    tellers: keys('teller'),
    lists: keys('list'),
    templates: new Map(templates.map(({ key, version }) => [key, version])),
  };
}
