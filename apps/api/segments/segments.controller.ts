import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Put, Query, Req } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Invalid } from '@entente/kernel';
import {
  countMembers,
  Database,
  findSegment,
  listMembers,
  listSegments,
  sizesOf,
  storedRule,
  type SegmentRow,
} from '@entente/storage';
import { type Access, Caller } from '../access/access';
import { Needs } from '../access/needs';
import { mayDo } from '../access/roles';
import { type Answer, revised } from '../http/answer';
import { ApiProblem } from '../http/api-problem';
import { found, mergePatch } from '../http/authored';
import { checkBody } from '../http/checked-pipe';
import { allPages, csvAnswer, wantsCsv } from '../http/csv';
import { Does, TakesPatchOf } from '../http/documented';
import { existingKey, newKey } from '../http/key-param';
import { type Page, page, pageOf, PageQuery, readCursor } from '../http/page';
import { IfMatch, type Precondition } from '../http/precondition';
import { EditPreview } from './preview-view';
import { SegmentPreviews } from './previews';
import { Member, Segment, SegmentBody } from './segment-body';
import { showMember, showSegment } from './show-segment';
import { removeSegment, tryEdit, writeSegment } from './write-segment';

const CSV_CHUNK = 5_000;

@ApiTags('segments')
@Controller('api/v1/segments')
export class SegmentsController {
  constructor(
    private readonly database: Database,
    private readonly previews: SegmentPreviews,
  ) {}

  @Get()
  @Needs('read')
  @Does('Lists segments', { 200: pageOf(Segment) })
  async list(@Query() { cursor, limit }: PageQuery): Promise<Page<Segment>> {
    const [after] = readCursor(cursor, 'text') ?? [];
    const rows = await listSegments(this.database, { after, limit: limit + 1 });
    const sizes = await sizesOf(
      this.database,
      rows.flatMap(({ liveId }) => liveId ?? []),
    );
    const sizeOf = ({ liveId }: SegmentRow) => (liveId === null ? null : sizes.get(liveId)!);
    return page(rows, limit, { item: (row) => showSegment(row, sizeOf(row)), cursor: ({ key }) => [key] });
  }

  @Get(':key')
  @Needs('read')
  @Does('Reads a segment, its state and size', { 200: Segment })
  async get(@Param('key', existingKey) key: string): Promise<Answer<Segment>> {
    const row = await this.segment(key);
    return revised(row.revision, await this.counted(row));
  }

  @Put(':key')
  @Needs('author')
  @Does('Creates or replaces a segment; 202 when a new version is being built', {
    200: [Segment, EditPreview],
    202: [Segment, EditPreview],
  })
  put(
    @Param('key', newKey) key: string,
    @Body() body: SegmentBody,
    @IfMatch() ifMatch: Precondition,
    @Caller() access: Access,
  ): Promise<Answer<Segment | EditPreview>> {
    return this.edit({ key, bodyOf: () => permitted(body, access), ifMatch, access }, body);
  }

  @Patch(':key')
  @Needs('author')
  @TakesPatchOf(SegmentBody)
  @Does('Changes a segment; 202 when a new version is being built', {
    200: [Segment, EditPreview],
    202: [Segment, EditPreview],
  })
  patch(
    @Param('key', existingKey) key: string,
    @Body() patch: object,
    @IfMatch() ifMatch: Precondition,
    @Caller() access: Access,
  ): Promise<Answer<Segment | EditPreview>> {
    const bodyOf = (current: SegmentRow | undefined): SegmentBody => {
      const { name, rule, events } = found(current, 'segment', key);
      // A rule has one kind for each node: two of them merged are a third one that nobody wrote.
      const { rule: newRule = rule, ...rest } = patch as { rule?: unknown };
      return permitted(
        checkBody({ ...(mergePatch({ name, events }, rest) as object), rule: newRule }, SegmentBody),
        access,
      );
    };
    return this.edit({ key, bodyOf, ifMatch, access }, patch);
  }

  @Delete(':key')
  @HttpCode(204)
  @Needs('author')
  @Does('Deletes a segment that nothing names', { 204: null })
  async remove(@Param('key', existingKey) key: string, @IfMatch() ifMatch: Precondition): Promise<void> {
    await removeSegment(this.database, key, ifMatch);
  }

  @Get(':key/members')
  @Needs('read')
  @ApiProduces('application/json', 'text/csv')
  @Does('Lists the members of the live version; text/csv gives all of them', { 200: pageOf(Member) })
  async members(
    @Param('key', existingKey) key: string,
    @Query() { cursor, limit }: PageQuery,
    @Req() request: FastifyRequest,
  ): Promise<Page<Member> | Answer<unknown>> {
    const { liveId } = await this.segment(key);
    const [after] = readCursor(cursor, 'number') ?? [];
    if (wantsCsv(request)) return this.membersCsv(key, liveId);
    if (liveId === null) return { items: [], next: null };
    const rows = await listMembers(this.database, liveId, { after, limit: limit + 1 });
    return page(rows, limit, { item: showMember, cursor: ({ contact }) => [contact] });
  }

  /** Only says what an edit would change when it is a dry run, and else does it. */
  private async edit(
    { key, bodyOf, ifMatch, access }: Edit,
    { dryRun = false, exact = false }: { dryRun?: unknown; exact?: unknown },
  ): Promise<Answer<Segment | EditPreview>> {
    if (dryRun === true) {
      const rule = await tryEdit(this.database, key, bodyOf, ifMatch);
      return this.previews.ofEdit(key, rule, { exact: exact === true, createdBy: access.key.id });
    }
    if (exact === true) throw Invalid.at('exact', 'dry-run', 'Only a dry run counts.', '"dryRun": true');
    const { row, building } = await writeSegment(this.database, key, bodyOf, ifMatch);
    if (!building) return revised(row.revision, await this.counted(row));
    const size = await this.previews.sizeOf(storedRule(row.rule));
    return revised(row.revision, showSegment(row, size), 202);
  }

  private membersCsv(key: string, liveId: number | null): Answer<unknown> {
    const read = async (after?: { contact: string }) =>
      liveId === null ? [] : listMembers(this.database, liveId, { after: after?.contact, limit: CSV_CHUNK });
    const rows = async function* () {
      for await (const members of allPages(read, CSV_CHUNK))
        yield members.map(showMember).map(({ contact, email, since }) => [contact, email, since]);
    };
    return csvAnswer(`${key}-members`, ['contact', 'email', 'since'], rows());
  }

  private async counted(row: SegmentRow): Promise<Segment> {
    if (row.liveId === null) return showSegment(row, null);
    const size = await countMembers(this.database, row.liveId);
    return showSegment(row, { estimate: size, low: size, high: size });
  }

  private async segment(key: string): Promise<SegmentRow> {
    return found(await findSegment(this.database, key), 'segment', key);
  }
}

interface Edit {
  readonly key: string;
  readonly bodyOf: (current: SegmentRow | undefined) => SegmentBody;
  readonly ifMatch: Precondition;
  readonly access: Access;
}

/** An edit that starts campaigns is a send, which authors may not. */
function permitted(body: SegmentBody, { key }: Access): SegmentBody {
  if (body.effects === 'none' || mayDo(key.role, 'publisher')) return body;
  throw new ApiProblem(
    403,
    'forbidden',
    'An edit that starts campaigns needs a key with the role publisher.',
  );
}
