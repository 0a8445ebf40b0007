import { asStored, parseBroadcast, parseCampaign, type Campaign } from '@entente/campaign';
import type { Clock, Duration, Instant, JsonObject } from '@entente/kernel';
import type { SourceRank } from '@entente/profile';
import { compileBook, CREATED, RULE_MEANING, type Book, type SegmentVersion } from '@entente/segment';
import {
  addressKey,
  ageOf,
  commonEventNames,
  noteKeptSeries,
  ownSource,
  readGenerationShared,
  ruleGround,
  storedRule,
  tellerKeys,
  type Database,
  type Generation,
  type Tx,
} from '@entente/storage';
import { NewerRelease } from './adopt-rule-ground';
import { Staleness } from './staleness';
import { StartOver, untilSettled } from './start-over';

/** A segment version that memberships are kept for. */
export interface KeptVersion {
  readonly id: number;
  readonly segment: string;
  readonly status: 'building' | 'live';
  /** It is what authors know of their segment after the first of these instants, up to and including the second. */
  readonly from: Instant;
  readonly until: Instant;
}

/** A campaign version that somebody may still walk. */
export interface PublishedCampaign {
  readonly key: string;
  readonly kind: 'campaign' | 'broadcast';
  readonly versionId: number;
  readonly status: 'live' | 'paused';
  /** Whether this is the version that newcomers get. */
  readonly current: boolean;
  readonly liveAt: Instant;
  readonly campaign: Campaign;
}

/** Everything authors have published, as of one generation. */
export interface Definitions {
  readonly generation: Generation;
  readonly sources: ReadonlyMap<number, SourceRank & { readonly key: string }>;
  /** The source as which Entente itself tells events. */
  readonly ownSource: number;
  readonly book: Book;
  /** Whether traits have to be given with when the contact was created. */
  readonly readsCreated: boolean;
  /** IANA name of the zone of contacts that name none. */
  readonly timeZone: string;
  readonly versions: ReadonlyMap<number, KeptVersion>;
  readonly campaigns: ReadonlyMap<number, PublishedCampaign>;
  readonly staleness: Staleness;
  /** Whether some of the versions were replaced, and are kept until all that happened before has been decided by them. */
  readonly hasReplaced: boolean;
  /**
   * Versions that are built for a contact before anything happens to it, though their builder has not come to it: those of segments that have no
   * live one yet, so that what happens counts as entering, and those that others name, which could not be decided otherwise.
   */
  readonly builtAhead: readonly number[];
  /** When the first of these was written; infinity where there are none. */
  readonly aheadSince: Instant;
  /** The segments of which entries and exits are told as events. */
  readonly tellers: ReadonlySet<string>;
  /** Names of the events that campaigns wait for. */
  readonly triggers: ReadonlySet<string>;
  readonly addressKey: Buffer;
  /** Names of so many events that they are not found by name. */
  readonly commonNames: ReadonlySet<string>;
}

/** What authors have published cannot be loaded: no record and no contact is to blame. */
class BrokenDefinitions extends Error {
  constructor(cause: unknown) {
    super('the definitions cannot be loaded', { cause });
  }
}

/** What authors have published, loaded once per generation and before the transactions that work by it. */
export class DefinitionsCache {
  private loaded: Definitions | undefined;
  private loading: Promise<Definitions> | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** The definitions as far as this process knows them; `hold` tells whether they still are the current ones. */
  async latest(): Promise<Definitions> {
    if (this.loaded) return this.loaded;
    this.loading ??= this.load().finally(() => (this.loading = undefined));
    return this.loading;
  }

  /** Those that were the current ones after this was asked. */
  current(): Promise<Definitions> {
    return untilSettled(async () => {
      const latest = await this.latest();
      await this.database.transaction((tx) => this.hold(tx, latest));
      return latest;
    });
  }

  /** Keeps these definitions the current ones until the transaction ends. Throws `StartOver` when they are not. */
  async hold(tx: Tx, definitions: Definitions): Promise<void> {
    if ((await readGenerationShared(tx)) === definitions.generation) return;
    if (this.loaded === definitions) this.loaded = undefined;
    throw new StartOver();
  }

  private async load(): Promise<Definitions> {
    const definitions = await this.database
      .transaction(async (tx) => loadDefinitions(tx, await readGenerationShared(tx), this.clock.now()))
      .catch((cause: unknown) => {
        throw cause instanceof NewerRelease ? cause : new BrokenDefinitions(cause);
      });
    this.loaded = definitions;
    return definitions;
  }
}

async function loadDefinitions(tx: Tx, generation: Generation, now: Instant): Promise<Definitions> {
  const campaigns = await loadCampaigns(tx);
  const segments = await loadSegments(tx);
  const branches = campaigns.flatMap((one) => one.campaign.rules());
  const { timeZone, meaning } = await ruleGround(tx);
  if (meaning !== RULE_MEANING) throw new NewerRelease();
  const book = compileBook(segments, branches, timeZone);
  const versions = keptVersions(segments);
  const ahead = builtAhead(segments, book);
  return {
    generation,
    builtAhead: book.inOrder(ahead.map(({ id }) => id)),
    aheadSince: Math.floor(Math.min(...ahead.map(({ age }) => now - age))),
    sources: await loadSources(tx),
    ownSource: await ownSource(tx),
    book,
    readsCreated: book.readsCreated || campaigns.some(startsByCreated),
    timeZone,
    staleness: new Staleness(await noteKeptSeries(tx, generation, book.needs), book),
    versions: new Map(versions.map((version) => [version.id, version])),
    hasReplaced: versions.some(({ until }) => until < Infinity),
    campaigns: new Map(campaigns.map((one) => [one.versionId, one])),
    tellers: await tellerKeys(tx),
    triggers: new Set(campaigns.flatMap((one) => one.campaign.triggers.flatMap(({ event }) => event ?? []))),
    addressKey: await addressKey(tx),
    commonNames: await commonEventNames(tx),
  };
}

const startsByCreated = ({ campaign }: PublishedCampaign): boolean =>
  campaign.triggers.some(({ traits }) => traits?.includes(CREATED));

async function loadSources(tx: Tx): Promise<Definitions['sources']> {
  const rows = await tx.query<SourceRank & { key: string }>(
    'SELECT id, key, precedence, trusted FROM source',
  );
  return new Map(rows.map((row) => [row.id, row]));
}

interface SegmentRow {
  id: number;
  segment_key: string;
  status: 'building' | 'live' | 'replaced';
  rule: JsonObject;
  retired_at: Date | null;
  age: Duration;
}

async function loadSegments(tx: Tx): Promise<(SegmentVersion & { readonly age: Duration })[]> {
  const rows = await tx.query<SegmentRow & Record<string, unknown>>(
    `SELECT id, segment_key, status, rule, retired_at, ${ageOf('created_at')} AS age
     FROM segment_version WHERE status IN ('building', 'live', 'replaced') ORDER BY id`,
  );
  return rows.map(({ id, segment_key: segment, status, rule, retired_at, age }) => {
    const own = { id, segment, rule: storedRule(rule), age };
    return status === 'replaced'
      ? { ...own, status: 'live', until: retired_at!.getTime() }
      : { ...own, status };
  });
}

function builtAhead<Version extends SegmentVersion>(segments: readonly Version[], book: Book): Version[] {
  const live = new Set(segments.filter(({ status }) => status === 'live').map(({ segment }) => segment));
  const building = segments.filter(({ status }) => status === 'building');
  const named = new Set(book.namedAmong(building.map(({ id }) => id)));
  return building.filter(({ id, segment }) => !live.has(segment) || named.has(id));
}

/** Those of each segment follow one another by their ids. The first that is kept has counted ever since, or has done so since it was written. */
function keptVersions(segments: readonly SegmentVersion[]): KeptVersion[] {
  const ends = new Map<string, Instant>();
  return segments.map(({ id, segment, status, until = Infinity }) => {
    const from = ends.get(segment) ?? -Infinity;
    ends.set(segment, until);
    return { id, segment, status, from, until };
  });
}

interface CampaignRow {
  campaign_key: string;
  kind: 'campaign' | 'broadcast';
  version_id: number;
  status: 'live' | 'paused';
  current: boolean;
  live_at: Date;
  definition: JsonObject;
}

async function loadCampaigns(tx: Tx): Promise<PublishedCampaign[]> {
  const rows = await tx.query<CampaignRow>(
    `SELECT version.campaign_key, campaign.kind, version.id AS version_id, campaign.status,
            version.status = 'live' AS current, version.live_at, version.definition
     FROM campaign_version AS version JOIN campaign ON campaign.key = version.campaign_key
     WHERE campaign.status IN ('live', 'paused')
     ORDER BY version.id`,
  );
  return rows.map(publishedCampaign);
}

function publishedCampaign(row: CampaignRow): PublishedCampaign {
  const parse = row.kind === 'broadcast' ? parseBroadcast : parseCampaign;
  const parsed = parse(row.definition, asStored);
  if ('problems' in parsed)
    throw new Error(`version ${row.version_id} of ${row.campaign_key} cannot be read`);
  return {
    key: row.campaign_key,
    kind: row.kind,
    versionId: row.version_id,
    status: row.status,
    current: row.current,
    liveAt: row.live_at.getTime(),
    campaign: parsed.campaign,
  };
}
