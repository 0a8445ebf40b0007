import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { Conflict, type Json, toIso } from '@entente/kernel';
import { Database, findSetAside, listSetAside, resolveSetAside, type SetAsideRow } from '@entente/storage';
import type { Stream } from '@entente/stream';
import { Needs } from '../access/needs';
import { found } from '../http/authored';
import { Does } from '../http/documented';
import { Choice } from '../http/fields';
import { existingId } from '../http/key-param';
import { type Page, page, pageOf, PageQuery, readCursor } from '../http/page';
import { shown, Shown, ShownInstant, ShownJson } from '../http/views';
import { STREAM } from '../surroundings';

class SetAsideRecord {
  @Shown(String) id!: string;
  @Shown(String) consumer!: string;
  @Shown(String) topic!: string;
  @Shown('integer') partition!: number;
  @Shown(String) position!: string;
  @Shown(String) key!: string;
  @ShownJson() record!: Json;
  @Shown(String, { description: 'Why it could not be handled.' }) reason!: string;
  @ShownInstant() arrival!: string;
  @ShownInstant() at!: string;
  @ShownInstant({ nullable: true }) resolvedAt!: string | null;
  @ApiProperty({ enum: ['replayed', 'dropped'], nullable: true })
  resolution!: 'replayed' | 'dropped' | null;
}

class SetAsideQuery extends PageQuery {
  @Choice(['open', 'resolved', 'all'], { optional: true, description: 'Which ones (open).' })
  state: 'open' | 'resolved' | 'all' = 'open';
}

const showRecord = ({ arrival, at, resolvedAt, ...row }: SetAsideRow): SetAsideRecord => ({
  ...row,
  arrival: shown(arrival)!,
  at: toIso(Date.parse(at)),
  resolvedAt: shown(resolvedAt),
});

/** Records that failed alone and again. Nothing else waits for them. */
@ApiTags('set-aside records')
@Controller('api/v1/set-aside')
export class SetAsideController {
  constructor(
    private readonly database: Database,
    @Inject(STREAM) private readonly stream: Stream,
  ) {}

  @Get()
  @Needs('admin')
  @Does('Lists records that were set aside', { 200: pageOf(SetAsideRecord) })
  async list(@Query() { cursor, limit, state }: SetAsideQuery): Promise<Page<SetAsideRecord>> {
    const before = readCursor(cursor, 'instant', 'uuid') as [string, string] | undefined;
    const resolved = state === 'all' ? undefined : state === 'resolved';
    const rows = await listSetAside(this.database, { before, resolved, limit: limit + 1 });
    return page(rows, limit, { item: showRecord, cursor: ({ at, id }) => [at, id] });
  }

  @Get(':id')
  @Needs('admin')
  @Does('Reads a record that was set aside', { 200: SetAsideRecord })
  async get(@Param('id', existingId) id: string): Promise<SetAsideRecord> {
    return showRecord(found(await findSetAside(this.database, id), 'record', id));
  }

  @Post(':id/replay')
  @HttpCode(200)
  @Needs('admin')
  @Does('Appends the record to the stream again; what it did already happens once', { 200: SetAsideRecord })
  async replay(@Param('id', existingId) id: string): Promise<SetAsideRecord> {
    const { key, record } = openRecord(await findSetAside(this.database, id), id);
    await this.stream.append([{ key, value: JSON.stringify(record) }]);
    return this.resolve(id, 'replayed');
  }

  @Post(':id/drop')
  @HttpCode(200)
  @Needs('admin')
  @Does('Gives the record up for good', { 200: SetAsideRecord })
  drop(@Param('id', existingId) id: string): Promise<SetAsideRecord> {
    return this.resolve(id, 'dropped');
  }

  /** Of two at once one resolves it; what both appended has its effect once. */
  private async resolve(id: string, resolution: 'replayed' | 'dropped'): Promise<SetAsideRecord> {
    const resolved = await resolveSetAside(this.database, id, resolution);
    const row = await findSetAside(this.database, id);
    return showRecord(resolved ? row! : openRecord(row, id));
  }
}

function openRecord(row: SetAsideRow | undefined, id: string): SetAsideRow {
  const record = found(row, 'record', id);
  if (record.resolution) throw new Conflict(`It was ${record.resolution} already.`);
  return record;
}
