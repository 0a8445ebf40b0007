import { Body, Controller, Get, HttpCode, Inject, Param, Patch, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { recordOf } from '@entente/event';
import { type Clock, NotFound } from '@entente/kernel';
import { saidBy } from '@entente/profile';
import {
  type CompanyRecord,
  countOfCompany,
  Database,
  findCompany,
  findSource,
  listCompanies,
} from '@entente/storage';
import type { Stream } from '@entente/stream';
import { uuidv7 } from 'uuidv7';
import { Needs } from '../access/needs';
import { Does, TakesMergePatch } from '../http/documented';
import { type Page, page, pageOf, PageQuery, readCursor } from '../http/page';
import { shown } from '../http/views';
import { CLOCK, STREAM } from '../surroundings';
import { Company, CompanyAccepted, CompanyBody, CompanyWithCount } from './company-body';
import { companyFact, existingCompany, newCompany } from './company-fact';

const showCompany = ({ id, view, createdAt, updatedAt }: CompanyRecord): Company => ({
  id,
  traits: view,
  createdAt: shown(createdAt)!,
  updatedAt: shown(updatedAt)!,
});

/** Companies; what is written of them travels as facts of the source `api`. */
@ApiTags('companies')
@Controller('api/v1/companies')
export class CompaniesController {
  constructor(
    private readonly database: Database,
    @Inject(STREAM) private readonly stream: Stream,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Needs('read')
  @Does('Lists companies', { 200: pageOf(Company) })
  async list(@Query() { cursor, limit }: PageQuery): Promise<Page<Company>> {
    const [after] = readCursor(cursor, 'text') ?? [];
    const rows = await listCompanies(this.database, { after, limit: limit + 1 });
    return page(rows, limit, { item: showCompany, cursor: ({ id }) => [id] });
  }

  @Get(':company')
  @Needs('read')
  @Does('Reads a company, with how many people belong to it', { 200: CompanyWithCount })
  async get(@Param('company') text: string): Promise<CompanyWithCount> {
    const company = await this.existing(existingCompany(text));
    return { ...showCompany(company), contacts: await countOfCompany(this.database, company.id) };
  }

  @Put(':company')
  @HttpCode(202)
  @Needs('publisher')
  @Does('Creates a company, or replaces what this API says of it', { 202: CompanyAccepted })
  async put(@Param('company') text: string, @Body() { traits }: CompanyBody): Promise<CompanyAccepted> {
    const id = newCompany(text);
    const known = await findCompany(this.database, id);
    const source = await this.apiSource();
    return this.append(id, { ...(known && saidBy(source, known.traits)), ...traits }, source);
  }

  @Patch(':company')
  @HttpCode(202)
  @Needs('publisher')
  @TakesMergePatch()
  @Does('Changes traits of a company; null takes one back', { 202: CompanyAccepted })
  async patch(@Param('company') text: string, @Body() { traits }: CompanyBody): Promise<CompanyAccepted> {
    const { id } = await this.existing(existingCompany(text));
    return this.append(id, traits, await this.apiSource());
  }

  private async existing(id: string): Promise<CompanyRecord> {
    const company = await findCompany(this.database, id);
    if (!company) throw new NotFound('There is no such company.');
    return company;
  }

  private async apiSource(): Promise<number> {
    return (await findSource(this.database, 'api'))!.id;
  }

  private async append(
    company: string,
    traits: Record<string, unknown>,
    source: number,
  ): Promise<CompanyAccepted> {
    const messageId = uuidv7();
    const fact = companyFact({ company, traits, source, messageId, now: this.clock.now() });
    await this.stream.append([recordOf(fact)]);
    return { company, accepted: messageId };
  }
}
