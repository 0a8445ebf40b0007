import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type AuditRow, Database, listCalls } from '@entente/storage';
import { Needs } from '../access/needs';
import { Does } from '../http/documented';
import { type Page, page, pageOf, PageQuery, readCursor } from '../http/page';
import { Shown, shown, ShownInstant } from '../http/views';

class AuditedCall {
  @ShownInstant() at!: string;
  @Shown(String, { description: "The key's id." }) key!: string;
  @Shown(String) method!: string;
  @Shown(String) route!: string;
  @Shown(String, { description: 'What it was about; contacts by their number.' }) target!: string;
  @Shown('integer') status!: number;
}

const showCall = ({ at, keyId, method, route, target, status }: AuditRow): AuditedCall => ({
  at: shown(at)!,
  key: keyId,
  method,
  route,
  target,
  status,
});

@ApiTags('keys')
@Controller('api/v1/audit')
export class AuditController {
  constructor(private readonly database: Database) {}

  @Get()
  @Needs('admin')
  @Does('Lists the calls of this API, the latest first', { 200: pageOf(AuditedCall) })
  async list(@Query() { cursor, limit }: PageQuery): Promise<Page<AuditedCall>> {
    const [before] = readCursor(cursor, 'number') ?? [];
    const rows = await listCalls(this.database, { before, limit: limit + 1 });
    return page(rows, limit, { item: showCall, cursor: ({ id }) => [id] });
  }
}
