import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Conflict } from '@entente/kernel';
import { addKey, Database, isLastAdmin, listKeys, revokeKey, type Role } from '@entente/storage';
import { Needs } from '../access/needs';
import { apiRoles } from '../access/roles';
import { Answer } from '../http/answer';
import { found } from '../http/authored';
import { Does } from '../http/documented';
import { Choice, Text } from '../http/fields';
import { Idempotent } from '../http/idempotency';
import { existingId } from '../http/key-param';
import { type Page, page, pageOf, PageQuery, readCursor } from '../http/page';
import { Key, NewKey, showKey, showNewKey } from './key-view';

class KeyBody {
  @Text({ example: 'Marketing team' })
  name!: string;

  @Choice(apiRoles, { description: 'What the key may do. Write keys are made at their source.' })
  role!: Role;
}

@ApiTags('keys')
@Controller('api/v1/keys')
export class KeysController {
  constructor(private readonly database: Database) {}

  @Get()
  @Needs('admin')
  @Does('Lists keys, write keys too', { 200: pageOf(Key) })
  async list(@Query() query: PageQuery): Promise<Page<Key>> {
    const [after] = readCursor(query.cursor, 'uuid') ?? [];
    const rows = await listKeys(this.database, { after, limit: query.limit + 1 });
    return page(rows, query.limit, { item: showKey, cursor: ({ id }) => [id] });
  }

  @Post()
  @Needs('admin')
  @Idempotent('secret')
  @Does('Makes a key; its text is shown in this answer only', { 201: NewKey })
  async add(@Body() body: KeyBody): Promise<Answer<NewKey>> {
    const { key, secret } = await addKey(this.database, { name: body.name, role: body.role });
    return new Answer(201, showNewKey(key, secret));
  }

  @Delete(':id')
  @HttpCode(204)
  @Needs('admin')
  @Does('Revokes a key', { 204: null })
  async revoke(@Param('id', existingId) id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (await isLastAdmin(tx, id))
        throw new Conflict('This is the last key of an admin: make another one first.');
      found(await revokeKey(tx, id), 'key', id);
    });
  }
}
