import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Put,
  Query,
} from '@nestjs/common';
import { ApiBody, ApiTags, IntersectionType } from '@nestjs/swagger';
import type { Clock } from '@entente/kernel';
import { Database, listCampaigns } from '@entente/storage';
import { Needs } from '../access/needs';
import type { Answer } from '../http/answer';
import { Does, TakesPatchOf } from '../http/documented';
import { Idempotent } from '../http/idempotency';
import { existingKey, newKey } from '../http/key-param';
import { type Page, page, pageOf, readCursor } from '../http/page';
import { IfMatch, type Precondition } from '../http/precondition';
import { CLOCK } from '../surroundings';
import {
  BroadcastBody,
  CampaignQuery,
  CampaignState,
  Cancellation,
  DryRunBody,
  DuplicateBody,
  Publication,
  PublishBody,
} from '../campaigns/campaign-body';
import { Drafts, showCampaign } from '../campaigns/drafts';
import { GoLive } from '../campaigns/go-live';
import { Audience, countAudience } from './audience';

class Broadcast extends IntersectionType(BroadcastBody, CampaignState) {}

@ApiTags('broadcasts')
@Controller('api/v1/broadcasts')
export class BroadcastsController {
  private readonly drafts: Drafts;
  private readonly goLive: GoLive;

  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.drafts = new Drafts(database, 'broadcast');
    this.goLive = new GoLive(database, this.drafts);
  }

  @Get()
  @Needs('read')
  @Does('Lists broadcasts', { 200: pageOf(Broadcast) })
  async list(@Query() { cursor, limit, status }: CampaignQuery): Promise<Page<CampaignState>> {
    const [after] = readCursor(cursor, 'text') ?? [];
    const rows = await listCampaigns(this.database, 'broadcast', { after, limit: limit + 1, status });
    return page(rows, limit, { item: showCampaign, cursor: ({ key }) => [key] });
  }

  @Get(':key')
  @Needs('read')
  @Does('Reads a broadcast: its draft and its state', { 200: Broadcast })
  get(@Param('key', existingKey) key: string): Promise<Answer<CampaignState>> {
    return this.drafts.get(key);
  }

  @Put(':key')
  @Needs('author')
  @ApiBody({ type: BroadcastBody })
  @Does('Writes the draft of a broadcast; what is planned stays', { 200: Broadcast, 201: Broadcast })
  put(
    @Param('key', newKey) key: string,
    @Body() body: object,
    @IfMatch() ifMatch: Precondition,
  ): Promise<Answer<CampaignState>> {
    return this.drafts.put(key, body, ifMatch);
  }

  @Patch(':key')
  @Needs('author')
  @TakesPatchOf(BroadcastBody)
  @Does('Changes the draft of a broadcast', { 200: Broadcast })
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
  @Does('Deletes a broadcast that was never published', { 204: null })
  remove(@Param('key', existingKey) key: string, @IfMatch() ifMatch: Precondition): Promise<void> {
    return this.drafts.remove(key, ifMatch);
  }

  @Get(':key/audience')
  @Needs('read')
  @Does('Counts who would get it now, and who would not, by reason', { 200: Audience })
  async audience(@Param('key', existingKey) key: string): Promise<Audience> {
    return countAudience(this.database, await this.drafts.find(this.database, key));
  }

  @Post(':key/publish')
  @HttpCode(200)
  @Needs('publisher')
  @Idempotent()
  @Does('Plans the broadcast for its instant, or says what that would do', { 200: Publication })
  publish(@Param('key', existingKey) key: string, @Body() { dryRun }: PublishBody): Promise<Publication> {
    return this.goLive.publish(key, dryRun, this.clock.now());
  }

  @Post(':key/pause')
  @HttpCode(200)
  @Needs('publisher')
  @Does('Holds a broadcast: nothing more is sent', { 200: Broadcast })
  pause(@Param('key', existingKey) key: string): Promise<CampaignState> {
    return this.goLive.pause(key);
  }

  @Post(':key/resume')
  @HttpCode(200)
  @Needs('publisher')
  @Does('Lets a paused broadcast go on', { 200: Broadcast })
  resume(@Param('key', existingKey) key: string): Promise<CampaignState> {
    return this.goLive.resume(key);
  }

  @Post(':key/cancel')
  @HttpCode(200)
  @Needs('publisher')
  @Does('Ends a broadcast for good: waiting messages are not sent', { 200: Cancellation })
  cancel(@Param('key', existingKey) key: string, @Body() { dryRun }: DryRunBody): Promise<Cancellation> {
    return this.goLive.cancel(key, dryRun, this.clock.now());
  }

  @Post(':key/duplicate')
  @Needs('author')
  @Idempotent()
  @Does('Makes a new draft with the definition of this one', { 201: Broadcast })
  duplicate(
    @Param('key', existingKey) key: string,
    @Body() body: DuplicateBody,
  ): Promise<Answer<CampaignState>> {
    return this.drafts.duplicate(key, body.as);
  }
}
