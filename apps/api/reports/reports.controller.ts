import { Controller, Get, Param, Req } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { NotFound } from '@entente/kernel';
import { type CampaignKind, Database, findCampaign } from '@entente/storage';
import { Needs } from '../access/needs';
import type { Answer } from '../http/answer';
import { csvAnswer, wantsCsv } from '../http/csv';
import { Does } from '../http/documented';
import { existingKey } from '../http/key-param';
import { readReport, reportRows } from './read-report';
import { Report } from './report-view';

@ApiTags('reports')
@Controller('api/v1')
export class ReportsController {
  constructor(private readonly database: Database) {}

  @Get('campaigns/:key/report')
  @Needs('read')
  @ApiProduces('application/json', 'text/csv')
  @Does('What became of everybody a campaign considered', { 200: Report })
  campaign(
    @Param('key', existingKey) key: string,
    @Req() request: FastifyRequest,
  ): Promise<Report | Answer<unknown>> {
    return this.report('campaign', key, request);
  }

  @Get('broadcasts/:key/report')
  @Needs('read')
  @ApiProduces('application/json', 'text/csv')
  @Does('What became of everybody a broadcast considered', { 200: Report })
  broadcast(
    @Param('key', existingKey) key: string,
    @Req() request: FastifyRequest,
  ): Promise<Report | Answer<unknown>> {
    return this.report('broadcast', key, request);
  }

  private async report(
    kind: CampaignKind,
    key: string,
    request: FastifyRequest,
  ): Promise<Report | Answer<unknown>> {
    const row = await findCampaign(this.database, key);
    if (row?.kind !== kind) throw new NotFound(`There is no ${kind} ${key}.`);
    const report = await readReport(this.database, row);
    return wantsCsv(request)
      ? csvAnswer(`${key}-report`, ['measure', 'detail', 'number'], once(reportRows(report)))
      : report;
  }
}

async function* once<Rows>(rows: Rows): AsyncGenerator<Rows> {
  yield rows;
}
