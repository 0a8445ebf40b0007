import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Conflict, NotFound } from '@entente/kernel';
import { addKey, Database, findSource, listKeys, revokeKey, type SourceRow } from '@entente/storage';
import { Needs } from '../access/needs';
import { Answer } from '../http/answer';
import { found } from '../http/authored';
import { Does } from '../http/documented';
import { Text } from '../http/fields';
import { Idempotent } from '../http/idempotency';
import { existingId, existingKey } from '../http/key-param';
import { type Page, page, pageOf, PageQuery, readCursor } from '../http/page';
import { Key, NewKey, showKey, showNewKey } from '../keys/key-view';

class WriteKeyBody {
  @Text({ example: 'Shop, production' })
  name!: string;
}

/** Keys with which a source sends events to the Tracking API. */
@ApiTags('sources')
@Controller('api/v1/sources/:key/write-keys')
export class WriteKeysController {
  constructor(private readonly database: Database) {}

  @Get()
  @Needs('admin')
  @Does('Lists the write keys of a source', { 200: pageOf(Key) })
  async list(@Param('key', existingKey) key: string, @Query() query: PageQuery): Promise<Page<Key>> {
    const source = await this.source(key);
    const [after] = readCursor(query.cursor, 'uuid') ?? [];
    const rows = await listKeys(this.database, { after, limit: query.limit + 1, sourceId: source.id });
    return page(rows, query.limit, { item: showKey, cursor: ({ id }) => [id] });
  }

  @Post()
  @Needs('admin')
  @Idempotent('secret')
  @Does('Makes a write key; its text is shown in this answer only', { 201: NewKey })
  async add(@Param('key', existingKey) key: string, @Body() { name }: WriteKeyBody): Promise<Answer<NewKey>> {
    const source = await this.source(key);
    if (source.key === 'entente') throw new Conflict('The source entente is Entente itself and has no keys.');
    const made = await addKey(this.database, { name, role: 'ingest', sourceId: source.id });
    return new Answer(201, showNewKey(made.key, made.secret));
  }

  @Delete(':id')
  @HttpCode(204)
  @Needs('admin')
  @Does('Revokes a write key', { 204: null })
  async revoke(@Param('key', existingKey) key: string, @Param('id', existingId) id: string): Promise<void> {
    const source = await this.source(key);
    await this.database.transaction(async (tx) => {
      const revoked = await revokeKey(tx, id);
      if (revoked?.sourceId !== source.id) throw new NotFound(`The source ${key} has no write key ${id}.`);
    });
  }

  private async source(key: string): Promise<SourceRow> {
    return found(await findSource(this.database, key), 'source', key);
  }
}
