import { parseBroadcast, parseCampaign, type Campaign, type Trigger } from '@entente/campaign';
import type { Instant, JsonObject } from '@entente/kernel';
import type { SourceRank } from '@entente/profile';
import { compileBook, parseRule, type Book, type SeriesNeeds } from '@entente/segment';
import { readGenerationShared, type Database, type Generation, type Tx } from '@entente/storage';

/** A segment version that memberships are kept for. */
export interface KeptVersion {
  readonly id: number;
  readonly segment: string;
  readonly status: 'building' | 'live';
}

/** A campaign version that somebody may still walk. */
export interface PublishedCampaign {
  readonly key: string;
  readonly kind: 'campaign' | 'broadcast';
  readonly versionId: number;
  readonly status: 'live' | 'paused' | 'stopped';
  /** Whether this is the version that newcomers get. */
  readonly current: boolean;
  readonly liveAt: Instant;
  readonly campaign: Campaign;
}

/** Everything authors have published, as of one generation. */
export interface Definitions {
  readonly generation: Generation;
  readonly sources: ReadonlyMap<number, SourceRank & { readonly key: string }>;
  readonly book: Book;
  readonly versions: ReadonlyMap<number, KeptVersion>;
  readonly campaigns: ReadonlyMap<number, PublishedCampaign>;
  /** Whether states folded for such series are good for this book too. */
  readonly serves: (series: string) => boolean;
  /** Names of the events that campaigns wait for. */
  readonly triggers: ReadonlySet<string>;
  readonly addressKey: Buffer;
}

/** The definitions this transaction works by; they cannot change until it ends. */
export class DefinitionsCache {
  private loaded: Definitions | undefined;

  constructor(private readonly database: Database) {}

  async current(tx: Tx): Promise<Definitions> {
    const generation = await readGenerationShared(tx);
    if (this.loaded?.generation !== generation) this.loaded = await this.load(tx, generation);
    return this.loaded;
  }

  /** Which series the book keeps is remembered for good, whatever becomes of the transaction that came upon it first. */
  private async load(tx: Tx, generation: Generation): Promise<Definitions> {
    const definitions = await loadDefinitions(tx, generation);
    const { seriesKey, needs } = definitions.book;
    await this.database.run('INSERT INTO series_set (key, needs) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      seriesKey,
      JSON.stringify(needs),
    ]);
    return definitions;
  }

  /** What was current last; undefined before the first transaction. Good for guesses that a transaction will check. */
  get latest(): Definitions | undefined {
    return this.loaded;
  }
}

async function loadDefinitions(tx: Tx, generation: Generation): Promise<Definitions> {
  const campaigns = await loadCampaigns(tx);
  const segments = await loadSegments(tx);
  const branches = campaigns.flatMap((one) => one.campaign.rules());
  const book = compileBook(segments, branches);
  const [installation] = await tx.query<{ address_key: Buffer }>('SELECT address_key FROM installation');
  return {
    generation,
    sources: await loadSources(tx),
    book,
    serves: await seriesServing(tx, book),
    versions: new Map(segments.map(({ id, segment, status }) => [id, { id, segment, status }])),
    campaigns: new Map(campaigns.map((one) => [one.versionId, one])),
    triggers: new Set(campaigns.flatMap((one) => one.campaign.triggers.flatMap(eventsAwaited))),
    addressKey: installation!.address_key,
  };
}

/** A permission trigger waits for what the ledger tells as an event. */
const eventsAwaited = ({ event, kind }: Trigger): readonly string[] =>
  kind === 'permission' ? ['Permission Granted', 'Permission Confirmed'] : event === undefined ? [] : [event];

/** Tells of every set of series that states were folded for whether this book can go on from them. */
async function seriesServing(tx: Tx, book: Book): Promise<(series: string) => boolean> {
  const rows = await tx.query<{ key: string; needs: SeriesNeeds }>('SELECT key, needs FROM series_set');
  const serving = new Set(rows.filter((row) => book.isServedBy(row.needs)).map((row) => row.key));
  return (series) => series === book.seriesKey || serving.has(series);
}

async function loadSources(tx: Tx): Promise<Definitions['sources']> {
  const rows = await tx.query<SourceRank & { key: string }>(
    'SELECT id, key, precedence, trusted FROM source',
  );
  return new Map(rows.map((row) => [row.id, row]));
}

async function loadSegments(tx: Tx) {
  const rows = await tx.query<{
    id: number;
    segment_key: string;
    status: 'building' | 'live';
    rule: JsonObject;
  }>(
    `SELECT id, segment_key, status, rule FROM segment_version WHERE status IN ('building', 'live') ORDER BY id`,
  );
  return rows.map((row) => {
    const parsed = parseRule(row.rule);
    if ('problems' in parsed) throw new Error(`segment version ${row.id} holds a rule that cannot be read`);
    return { id: row.id, segment: row.segment_key, status: row.status, rule: parsed.rule };
  });
}

interface CampaignRow {
  campaign_key: string;
  kind: 'campaign' | 'broadcast';
  version_id: number;
  status: string;
  current: boolean;
  live_at: Date;
  definition: JsonObject;
}

async function loadCampaigns(tx: Tx): Promise<PublishedCampaign[]> {
  const rows = await tx.query<CampaignRow>(
    `SELECT version.campaign_key, campaign.kind, version.id AS version_id, campaign.status,
            version.status = 'live' AS current, version.live_at, version.definition
     FROM campaign_version AS version JOIN campaign ON campaign.key = version.campaign_key
     WHERE version.status = 'live' OR EXISTS (
       SELECT 1 FROM enrollment
       WHERE enrollment.campaign_key = version.campaign_key AND enrollment.version_id = version.id
         AND enrollment.status = 'active')
     ORDER BY version.id`,
  );
  return rows.map(publishedCampaign);
}

/** What a published version names was checked when it was published. */
const known = { topic: () => true, from: () => true, template: () => true, segment: () => true };

function publishedCampaign(row: CampaignRow): PublishedCampaign {
  const parse = row.kind === 'broadcast' ? parseBroadcast : parseCampaign;
  const parsed = parse(row.definition, known);
  if ('problems' in parsed)
    throw new Error(`version ${row.version_id} of ${row.campaign_key} cannot be read`);
  return {
    key: row.campaign_key,
    kind: row.kind,
    versionId: row.version_id,
    status: row.status === 'live' || row.status === 'paused' ? row.status : 'stopped',
    current: row.current,
    liveAt: row.live_at.getTime(),
    campaign: parsed.campaign,
  };
}
