import { Conflict, type JsonObject, NotFound } from '@entente/kernel';
import {
  type CampaignKind,
  type CampaignRow,
  type Database,
  deleteDraft,
  findCampaign,
  lockAuthored,
  saveDraft,
  type Tx,
} from '@entente/storage';
import { type Answer, revised } from '../http/answer';
import { mergePatch } from '../http/authored';
import type { Precondition } from '../http/precondition';
import { shown } from '../http/views';
import type { CampaignState } from './campaign-body';
import { checkDefinition } from './check-definition';

/** Drafts of campaigns and of broadcasts, which differ in how their definition is read only. */
export class Drafts {
  constructor(
    private readonly database: Database,
    private readonly kind: CampaignKind,
  ) {}

  async get(key: string): Promise<Answer<CampaignState>> {
    return answerOf(await this.find(this.database, key));
  }

  put(key: string, definition: object, ifMatch: Precondition): Promise<Answer<CampaignState>> {
    return this.edit(key, ifMatch, () => definition);
  }

  patch(key: string, patch: object, ifMatch: Precondition): Promise<Answer<CampaignState>> {
    return this.edit(key, ifMatch, (current) => mergePatch(this.existing(current, key).draft, patch));
  }

  async remove(key: string, ifMatch: Precondition): Promise<void> {
    await this.database.transaction(async (tx) => {
      ifMatch(await lockAuthored(tx, 'campaign', key));
      const { status } = await this.find(tx, key);
      if ((await deleteDraft(tx, key)) === 0)
        throw new Conflict(`Only a draft can be deleted; this ${this.kind} is ${status}. Cancel it instead.`);
    });
  }

  /** A new draft with the definition of another. */
  duplicate(key: string, as: string): Promise<Answer<CampaignState>> {
    return this.database.transaction(async (tx) => {
      await lockAuthored(tx, 'campaign', as);
      const { draft, name } = await this.find(tx, key);
      if (await findCampaign(tx, as)) throw new Conflict(`There is a campaign or broadcast ${as} already.`);
      return answerOf(await saveDraft(tx, as, { kind: this.kind, name, definition: draft }), 201);
    });
  }

  async find(tx: Tx, key: string): Promise<CampaignRow> {
    return this.existing(await findCampaign(tx, key), key);
  }

  private edit(
    key: string,
    ifMatch: Precondition,
    definitionOf: (current: CampaignRow | undefined) => unknown,
  ): Promise<Answer<CampaignState>> {
    return this.database.transaction(async (tx) => {
      ifMatch(await lockAuthored(tx, 'campaign', key));
      const current = await findCampaign(tx, key);
      if (current && current.kind !== this.kind) throw new Conflict(`${key} is a ${current.kind}.`);
      const definition = definitionOf(current) as JsonObject;
      const { name } = await checkDefinition(tx, this.kind, definition);
      const row = await saveDraft(tx, key, { kind: this.kind, name: name ?? key, definition });
      return answerOf(row, current ? 200 : 201);
    });
  }

  private existing(row: CampaignRow | undefined, key: string): CampaignRow {
    if (row?.kind !== this.kind) throw new NotFound(`There is no ${this.kind} ${key}.`);
    return row;
  }
}

const answerOf = (row: CampaignRow, status = 200): Answer<CampaignState> =>
  revised(row.revision, showCampaign(row), status);

/** The draft's own fields, and what became of it. */
export const showCampaign = (row: CampaignRow): CampaignState => ({
  ...row.draft,
  key: row.key,
  status: row.status,
  version: row.version,
  liveSince: shown(row.liveAt),
  plannedAt: shown(row.plannedAt),
  createdAt: shown(row.createdAt)!,
  updatedAt: shown(row.updatedAt)!,
});
