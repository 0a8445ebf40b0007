import { Body, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, type Type } from '@nestjs/common';
import { ApiBody, IntersectionType } from '@nestjs/swagger';
import type { Clock } from '@entente/kernel';
import { type CampaignKind, Database, listCampaigns } from '@entente/storage';
import { Needs } from '../access/needs';
import type { Answer } from '../http/answer';
import { Does, TakesPatchOf } from '../http/documented';
import { Idempotent } from '../http/idempotency';
import { existingKey, newKey } from '../http/key-param';
import { type Page, page, pageOf, readCursor } from '../http/page';
import { IfMatch, type Precondition } from '../http/precondition';
import {
  CampaignQuery,
  CampaignState,
  Cancellation,
  DryRunBody,
  DuplicateBody,
  Publication,
  PublishBody,
} from './campaign-body';
import { Drafts, showCampaign } from './drafts';
import { GoLive } from './go-live';

/** What the documentation calls one kind of campaign, and what it says of its routes. */
export interface RoutesOf {
  readonly kind: CampaignKind;
  /** Names the answer in the documentation. */
  readonly name: string;
  /** What PUT takes. */
  readonly body: Type<object>;
  readonly put: string;
  readonly publish: string;
  readonly pause: string;
  readonly cancel: string;
}

/** The routes that campaigns and broadcasts have in common: a broadcast is a campaign with one planned instant. */
export function campaignRoutes({ kind, name, body: bodyType, ...says }: RoutesOf) {
  class Whole extends IntersectionType(bodyType, CampaignState) {}
  Object.defineProperty(Whole, 'name', { value: name });

  abstract class CampaignRoutes {
    protected readonly drafts: Drafts;
    private readonly goLive: GoLive;

    constructor(
      protected readonly database: Database,
      private readonly clock: Clock,
    ) {
      this.drafts = new Drafts(database, kind);
      this.goLive = new GoLive(database, this.drafts);
    }

    @Get()
    @Needs('read')
    @Does(`Lists ${kind}s`, { 200: pageOf(Whole) })
    async list(@Query() { cursor, limit, status }: CampaignQuery): Promise<Page<CampaignState>> {
      const [after] = readCursor(cursor, 'text') ?? [];
      const rows = await listCampaigns(this.database, kind, { after, limit: limit + 1, status });
      return page(rows, limit, { item: showCampaign, cursor: ({ key }) => [key] });
    }

    @Get(':key')
    @Needs('read')
    @Does(`Reads a ${kind}: its draft and its state`, { 200: Whole })
    get(@Param('key', existingKey) key: string): Promise<Answer<CampaignState>> {
      return this.drafts.get(key);
    }

    @Put(':key')
    @Needs('author')
    @ApiBody({ type: bodyType })
    @Does(says.put, { 200: Whole, 201: Whole })
    put(
      @Param('key', newKey) key: string,
      @Body() body: object,
      @IfMatch() ifMatch: Precondition,
    ): Promise<Answer<CampaignState>> {
      return this.drafts.put(key, body, ifMatch);
    }

    @Patch(':key')
    @Needs('author')
    @TakesPatchOf(bodyType)
    @Does(`Changes the draft of a ${kind}`, { 200: Whole })
    patch(
      @Param('key', existingKey) key: string,
      @Body() patch: object,
      @IfMatch() ifMatch: Precondition,
    ): Promise<Answer<CampaignState>> {
      return this.drafts.patch(key, patch, ifMatch);
    }

    @Delete(':key')
    @HttpCode(204)
    @Needs('author')
    @Does(`Deletes a ${kind} that was never published`, { 204: null })
    remove(@Param('key', existingKey) key: string, @IfMatch() ifMatch: Precondition): Promise<void> {
      return this.drafts.remove(key, ifMatch);
    }

    @Post(':key/publish')
    @HttpCode(200)
    @Needs('publisher')
    @Idempotent()
    @Does(says.publish, { 200: Publication })
    publish(@Param('key', existingKey) key: string, @Body() { dryRun }: PublishBody): Promise<Publication> {
      return this.goLive.publish(key, dryRun, this.clock.now());
    }

    @Post(':key/pause')
    @HttpCode(200)
    @Needs('publisher')
    @Does(says.pause, { 200: Whole })
    pause(@Param('key', existingKey) key: string): Promise<CampaignState> {
      return this.goLive.pause(key);
    }

    @Post(':key/resume')
    @HttpCode(200)
    @Needs('publisher')
    @Does(`Lets a paused ${kind} go on`, { 200: Whole })
    resume(@Param('key', existingKey) key: string): Promise<CampaignState> {
      return this.goLive.resume(key);
    }

    @Post(':key/cancel')
    @HttpCode(200)
    @Needs('publisher')
    @Does(says.cancel, { 200: Cancellation })
    cancel(@Param('key', existingKey) key: string, @Body() { dryRun }: DryRunBody): Promise<Cancellation> {
      return this.goLive.cancel(key, dryRun, this.clock.now());
    }

    @Post(':key/duplicate')
    @Needs('author')
    @Idempotent()
    @Does('Makes a new draft with the definition of this one', { 201: Whole })
    duplicate(
      @Param('key', existingKey) key: string,
      @Body() body: DuplicateBody,
    ): Promise<Answer<CampaignState>> {
      return this.drafts.duplicate(key, body.as);
    }
  }
  return CampaignRoutes;
}
