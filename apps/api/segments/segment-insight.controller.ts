import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { type Clock, DAY } from '@entente/kernel';
import {
  Database,
  daysOfVersions,
  findSegment,
  historyOfSegment,
  type SegmentRow,
  storedRule,
  versionRuns,
  versionsOf,
} from '@entente/storage';
import { type Access, Caller } from '../access/access';
import { Needs } from '../access/needs';
import type { Answer } from '../http/answer';
import { found } from '../http/authored';
import { csvAnswer, wantsCsv } from '../http/csv';
import { Does } from '../http/documented';
import { Idempotent } from '../http/idempotency';
import { existingKey } from '../http/key-param';
import { type Page, page, pageOf, PageQuery } from '../http/page';
import { CLOCK } from '../surroundings';
import { changesPage, filterOf, historyCursor, MembershipChange, SegmentHistoryQuery } from './history-view';
import { type Days, daysOf, type SegmentDay } from './metrics';
import {
  daysAsked,
  metricsHeader,
  MetricsQuery,
  metricsRow,
  SegmentMetrics,
  showBuild,
} from './metrics-view';
import { Preview, PreviewBody, showCost } from './preview-view';
import { SegmentPreviews } from './previews';
import { SegmentVersion, versionCursor, versionsPage } from './versions-view';

/** What can be known of segments, saved or not. */
@ApiTags('segments')
@Controller('api/v1/segments')
export class SegmentInsightController {
  constructor(
    private readonly database: Database,
    private readonly previews: SegmentPreviews,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('preview')
  @HttpCode(200)
  @Needs('author')
  @Idempotent()
  @Does('Says of a rule how many it holds for, from a sample; exactly by a job (202)', {
    200: Preview,
    202: Preview,
  })
  preview(@Body() { rule, exact }: PreviewBody, @Caller() { key }: Access): Promise<Answer<Preview>> {
    return this.previews.ofRule(rule, { exact, createdBy: key.id });
  }

  @Get(':key/history')
  @Needs('read')
  @Does('Lists entries and exits with their causes, the latest first', { 200: pageOf(MembershipChange) })
  async history(
    @Param('key', existingKey) key: string,
    @Query() query: SegmentHistoryQuery,
  ): Promise<Page<MembershipChange>> {
    await this.segment(key);
    const { limit, cursor } = query;
    const before = historyCursor(cursor);
    const asked = { ...filterOf(query), before, limit: limit + 1 };
    return page(await historyOfSegment(this.database, key, asked), limit, changesPage);
  }

  @Get(':key/versions')
  @Needs('read')
  @Does('Lists the versions with their rules and when each was live, the newest first', {
    200: pageOf(SegmentVersion),
  })
  async versions(
    @Param('key', existingKey) key: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<SegmentVersion>> {
    await this.segment(key);
    const asked = { before: versionCursor(cursor), limit: limit + 1 };
    return page(await versionsOf(this.database, key, asked), limit, versionsPage);
  }

  @Get(':key/metrics')
  @Needs('read')
  @ApiProduces('application/json', 'text/csv')
  @Does('Members, entries and exits by UTC day, and what the segment costs; text/csv gives the days', {
    200: SegmentMetrics,
  })
  async metrics(
    @Param('key', existingKey) key: string,
    @Query() query: MetricsQuery,
    @Req() request: FastifyRequest,
  ): Promise<SegmentMetrics | Answer<unknown>> {
    const { rule } = await this.segment(key);
    const asked = daysAsked(query, this.clock.now());
    const versions = await versionRuns(this.database, key);
    const days = await this.days(asked, versions);
    if (wantsCsv(request)) return csvAnswer(`${key}-metrics`, metricsHeader, once(days.map(metricsRow)));
    return { segment: key, days, cost: showCost(storedRule(rule)), build: showBuild(versions.at(-1)!) };
  }

  private async days(asked: Days, versions: Awaited<ReturnType<typeof versionRuns>>): Promise<SegmentDay[]> {
    const until = asked.to + DAY;
    const live = versions.filter(
      ({ liveAt, retiredAt }) =>
        liveAt !== null && liveAt.getTime() < until && (retiredAt?.getTime() ?? Infinity) >= asked.from,
    );
    const ids = live.map(({ id }) => id);
    return daysOf(asked, live, await daysOfVersions(this.database, ids, { from: asked.from, until }));
  }

  private async segment(key: string): Promise<SegmentRow> {
    return found(await findSegment(this.database, key), 'segment', key);
  }
}

async function* once<Rows>(rows: Rows): AsyncGenerator<Rows> {
  yield rows;
}
