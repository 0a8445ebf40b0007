import { nextPlanned, type Campaign } from '@entente/campaign';
import { Conflict, type Instant, toIso } from '@entente/kernel';
import {
  campaignHeadCount,
  cancelCampaign,
  type CampaignRow,
  type CampaignStatus,
  type Database,
  hasBegunRuns,
  hasWaitingMessages,
  lockAuthored,
  publish,
  publishCampaign,
  setCampaignStatus,
  type Tx,
} from '@entente/storage';
import type { Cancellation, CampaignState, Publication } from './campaign-body';
import { checkDefinition } from './check-definition';
import { type Drafts, showCampaign } from './drafts';

/**
 * What changes a campaign or broadcast from one state to another, under the definitions lock, which holds every batch up:
 * nothing is counted or walked through there. A dry run takes no lock.
 */
export class GoLive {
  constructor(
    private readonly database: Database,
    private readonly drafts: Drafts,
  ) {}

  async publish(key: string, dryRun: boolean, now: Instant): Promise<Publication> {
    const { inside } = await campaignHeadCount(this.database, key);
    const answer = { dryRun, inside, stay: inside, move: {}, exit: {} };
    return this.attempt(key, dryRun, async (tx, row) => {
      refuseState(row, await hasBegunRuns(tx, key));
      const campaign = await checkDefinition(tx, row.kind, row.draft);
      const plannedAt = plannedInstants(campaign, now);
      const version = dryRun ? (row.version ?? 0) + 1 : await publishCampaign(tx, row, { now, plannedAt });
      return { version, ...answer, planned: plannedAt.map(toIso) };
    });
  }

  /** Nobody comes in, nothing is sent; waits go on and their ends wait. */
  pause = (key: string): Promise<CampaignState> =>
    this.move(key, async (tx, row) => {
      refuseUnless(row, await actualStatus(tx, row), ['live']);
      return 'paused';
    });

  resume = (key: string): Promise<CampaignState> =>
    this.move(key, async (_, row) => {
      refuseUnless(row, row.status, ['paused']);
      return row.kind === 'broadcast' && row.plannedAt === null ? 'ended' : 'live';
    });

  /** From the commit on nobody walks on and nothing is released; the engine ends the rows of that bit by bit. */
  async cancel(key: string, dryRun: boolean, now: Instant): Promise<Cancellation> {
    const { inside, waiting } = await campaignHeadCount(this.database, key);
    return this.attempt(key, dryRun, async (tx, row) => {
      refuseUnless(row, await actualStatus(tx, row), ['live', 'paused']);
      if (!dryRun) await cancelCampaign(tx, key, now);
      return { dryRun, enrollments: inside, messages: waiting };
    });
  }

  private move(key: string, to: Work<CampaignStatus>): Promise<CampaignState> {
    return this.change(key, async (tx, row) => {
      await setCampaignStatus(tx, key, await to(tx, row));
      return showCampaign(await this.drafts.find(tx, key));
    });
  }

  private attempt<T>(key: string, dryRun: boolean, work: Work<T>): Promise<T> {
    if (!dryRun) return this.change(key, work);
    return this.database.transaction(async (tx) => work(tx, await this.drafts.find(tx, key)));
  }

  private change<T>(key: string, work: Work<T>): Promise<T> {
    return this.database.transaction(async (tx) => {
      await publish(tx);
      await lockAuthored(tx, 'campaign', key);
      return work(tx, await this.drafts.find(tx, key));
    });
  }
}

type Work<T> = (tx: Tx, row: CampaignRow) => Promise<T>;

/** A broadcast has ended when all its mails are queued, but is live as long as some of them wait. */
const actualStatus = async (tx: Tx, { key, status }: CampaignRow): Promise<CampaignStatus> =>
  status === 'ended' && (await hasWaitingMessages(tx, key)) ? 'live' : status;

function refuseUnless(
  { kind }: CampaignRow,
  status: CampaignStatus,
  allowed: readonly CampaignStatus[],
): void {
  if (!allowed.includes(status))
    throw new Conflict(
      `This ${kind} is ${status}; that is possible only where it is ${allowed.join(' or ')}.`,
    );
}

/** A canceled one stays so; a broadcast goes out once. */
function refuseState({ kind, status }: CampaignRow, hasBegun: boolean): void {
  if (status === 'canceled') throw new Conflict(`This ${kind} was canceled. Duplicate it to use it again.`);
  if (kind === 'broadcast' && (status === 'ended' || hasBegun))
    throw new Conflict('This broadcast has begun to go out. Duplicate it to send it again.');
}

function plannedInstants(campaign: Campaign, now: Instant): Instant[] {
  const planned = campaign.triggers.flatMap((trigger) => nextPlanned(trigger, now) ?? []);
  if (campaign.kind === 'broadcast' && planned.length === 0)
    throw new Conflict('Its planned instant has passed. Give it a later one.');
  return [...new Set(planned)];
}
