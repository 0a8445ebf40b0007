import { Body, Controller, Get, HttpCode, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { checkTemplate } from '@entente/message';
import {
  addTemplateVersion,
  Database,
  findTemplate,
  findTemplateVersion,
  listTemplates,
  renameTemplate,
  type TemplateRow,
  type Tx,
} from '@entente/storage';
import { Needs } from '../access/needs';
import type { Answer } from '../http/answer';
import { ApiProblem } from '../http/api-problem';
import { Authored, found } from '../http/authored';
import { Does, TakesPatchOf } from '../http/documented';
import { Idempotent } from '../http/idempotency';
import { existingKey, existingVersion, newKey } from '../http/key-param';
import { type Page, pageOf, PageQuery } from '../http/page';
import { IfMatch, type Precondition } from '../http/precondition';
import { shown } from '../http/views';
import { Previews } from './previews';
import {
  TemplatePreview,
  TemplatePreviewBody,
  Template,
  TemplateBody,
  TemplateVersion,
} from './template-body';

const showTemplate = ({ revision: version, createdAt, updatedAt, ...row }: TemplateRow): Template => ({
  ...row,
  version,
  createdAt: shown(createdAt)!,
  updatedAt: shown(updatedAt)!,
});

/** A text that did not change makes no new version. */
async function saveTemplate(
  tx: Tx,
  key: string,
  body: TemplateBody,
  current: TemplateRow | undefined,
): Promise<TemplateRow> {
  const source = { subject: body.subject, html: body.html, text: body.text ?? null };
  const problems = checkTemplate(source);
  if (problems.length) throw new ApiProblem(422, 'invalid', 'The template has problems.', problems);
  const name = body.name ?? key;
  const same =
    current && (['subject', 'html', 'text'] as const).every((part) => current[part] === source[part]);
  return same ? renameTemplate(tx, key, name) : addTemplateVersion(tx, key, { ...source, name });
}

@ApiTags('templates')
@Controller('api/v1/templates')
export class TemplatesController {
  private readonly templates: Authored<TemplateBody, TemplateRow, Template>;

  constructor(
    private readonly database: Database,
    private readonly previews: Previews,
  ) {
    this.templates = new Authored(database, {
      table: 'template',
      noun: 'template',
      body: TemplateBody,
      find: findTemplate,
      list: listTemplates,
      save: saveTemplate,
      show: showTemplate,
    });
  }

  @Get()
  @Needs('read')
  @Does('Lists templates', { 200: pageOf(Template) })
  list(@Query() query: PageQuery): Promise<Page<Template>> {
    return this.templates.list(query);
  }

  @Get(':key')
  @Needs('read')
  @Does('Reads the newest version of a template', { 200: Template })
  get(@Param('key', existingKey) key: string): Promise<Answer<Template>> {
    return this.templates.get(key);
  }

  @Get(':key/versions/:version')
  @Needs('read')
  @Does('Reads one version of a template', { 200: TemplateVersion })
  async version(
    @Param('key', existingKey) key: string,
    @Param('version', existingVersion) version: number,
  ): Promise<TemplateVersion> {
    const row = found(
      await findTemplateVersion(this.database, key, version),
      'template',
      `${key}@${version}`,
    );
    return { ...row, createdAt: shown(row.createdAt)! };
  }

  @Put(':key')
  @Needs('author')
  @Does('Adds a version of a template, which becomes the newest', { 200: Template, 201: Template })
  put(
    @Param('key', newKey) key: string,
    @Body() body: TemplateBody,
    @IfMatch() ifMatch: Precondition,
  ): Promise<Answer<Template>> {
    return this.templates.put(key, body, ifMatch);
  }

  @Patch(':key')
  @Needs('author')
  @TakesPatchOf(TemplateBody)
  @Does('Adds a version that differs in a part', { 200: Template })
  patch(
    @Param('key', existingKey) key: string,
    @Body() patch: object,
    @IfMatch() ifMatch: Precondition,
  ): Promise<Answer<Template>> {
    return this.templates.patch(key, patch, ifMatch);
  }

  @Post(':key/preview')
  @HttpCode(200)
  @Needs('author')
  @Idempotent()
  @Does('Renders a template for contacts, and sends it to test addresses', {})
  @ApiResponse({
    status: 200,
    description: 'One rendering for each contact.',
    type: TemplatePreview,
    isArray: true,
  })
  preview(
    @Param('key', existingKey) key: string,
    @Body() body: TemplatePreviewBody,
  ): Promise<TemplatePreview[]> {
    return this.previews.of(key, body);
  }
}
