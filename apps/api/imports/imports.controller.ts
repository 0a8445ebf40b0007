import { Controller, Get, Inject, Param, Post, Req, type StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiProduces, ApiTags } from '@nestjs/swagger';
import { randomUUID } from 'node:crypto';
import { Invalid, NotFound, type Clock, type JsonObject, type Problem } from '@entente/kernel';
import {
  columnProblems,
  createImport,
  Database,
  dryRun,
  findJob,
  findSource,
  importProblems,
  inspectCsv,
  keysOfLists,
  parsePlan,
  type ImportPlan,
  type InspectedCsv,
  type JobRow,
  type SourceRow,
} from '@entente/storage';
import { Caller, type Access, type KeyedRequest } from '../access/access';
import { Needs } from '../access/needs';
import { Answer } from '../http/answer';
import { allPages, csvAnswer } from '../http/csv';
import { Does } from '../http/documented';
import { Idempotent } from '../http/idempotency';
import { existingId } from '../http/key-param';
import { CLOCK } from '../surroundings';
import {
  csvHeader,
  csvRow,
  DryRunAnswer,
  ImportAnswer,
  PROBLEMS_LISTED,
  showDryRun,
  showImport,
} from './import-views';
import { TakesUpload, uploadOf, type Upload } from './uploads';

/** Problems that a dry run keeps; a file with more is wrong from the ground up. */
const MOST_PROBLEMS = 10_000;
const PAGE = 1_000;

const uploadSchema = {
  schema: {
    type: 'object',
    required: ['file', 'plan'],
    properties: {
      file: { type: 'string', format: 'binary', description: 'CSV with a header, up to 100 MB.' },
      plan: {
        type: 'object',
        additionalProperties: true,
        example: { source: 'crm', dryRun: true, columns: { 'E-mail': 'email', Name: 'traits.name' } },
      },
    },
  },
};

interface Understood {
  readonly source: SourceRow;
  readonly plan: ImportPlan;
  readonly file: InspectedCsv;
}

@ApiTags('imports')
@Controller('api/v1/imports')
export class ImportsController {
  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post()
  @Needs('publisher')
  @TakesUpload()
  @Idempotent()
  @ApiConsumes('multipart/form-data')
  @ApiBody(uploadSchema)
  @Does('Imports contacts and permissions from CSV, or counts what that would do', {
    200: DryRunAnswer,
    202: ImportAnswer,
  })
  async import(
    @Req() request: KeyedRequest,
    @Caller() caller: Access,
  ): Promise<Answer<DryRunAnswer | ImportAnswer>> {
    const upload = uploadOf(request);
    const understood = await this.understand(upload);
    if (understood.plan.dryRun) return new Answer(200, await this.preview(upload, understood));
    const job = await this.start(upload, understood, caller);
    return new Answer(202, showImport(job, []), { location: `/api/v1/imports/${job.id}` });
  }

  @Get(':id')
  @Needs('read')
  @Does('Reads an import: its progress, its counts and its first problems', { 200: ImportAnswer })
  async get(@Param('id', existingId) id: string): Promise<ImportAnswer> {
    const job = await this.job(id);
    return showImport(job, await importProblems(this.database, id, { limit: PROBLEMS_LISTED }));
  }

  @Get(':id/problems')
  @Needs('read')
  @ApiProduces('text/csv')
  @Does('Reads all problems of an import as CSV', { 200: null })
  async problems(@Param('id', existingId) id: string): Promise<Answer<StreamableFile>> {
    await this.job(id);
    const pages = allPages<Awaited<ReturnType<typeof importProblems>>[number]>(
      (after) => importProblems(this.database, id, { ...(after && { after }), limit: PAGE }),
      PAGE,
    );
    return csvAnswer(`import-${id}-problems`, csvHeader, rowsOf(pages));
  }

  /** Checks the plan, the file, and that the plan fits the file. */
  private async understand({ plan: json, bytes }: Upload): Promise<Understood> {
    const source = await this.sourceIn(json);
    const topics = await this.database.query<{ key: string }>('SELECT key FROM topic');
    const known = new Set(topics.map(({ key }) => key));
    const lists = await keysOfLists(this.database);
    const parsed = parsePlan(json, {
      source: () => source,
      topic: (key) => known.has(key),
      list: (key) => lists.has(key),
    });
    if ('problems' in parsed) throw new Invalid('The plan breaks the rules listed.', inPlan(parsed.problems));
    const file = await inspectCsv(bytes);
    const missing = columnProblems(parsed.plan, file.header);
    if (missing.length > 0) throw new Invalid('The plan does not fit the file.', inPlan(missing));
    return { source: source!, plan: parsed.plan, file };
  }

  private async sourceIn(json: unknown): Promise<SourceRow | undefined> {
    const key = (json as { source?: unknown } | null)?.source;
    return typeof key === 'string' ? findSource(this.database, key) : undefined;
  }

  private async preview({ bytes }: Upload, { source, plan, file }: Understood): Promise<DryRunAnswer> {
    const now = this.clock.now();
    const job = { id: randomUUID(), source: source.id, plan, createdAt: now, ...file };
    const { counts, problems } = await dryRun(this.database, job, file.header, bytes, {
      now,
      mostProblems: MOST_PROBLEMS,
    });
    return showDryRun(counts, problems, file.format);
  }

  private async start(
    { plan, bytes }: Upload,
    { source, file }: Understood,
    { key }: Access,
  ): Promise<JobRow> {
    const id = await this.database.transaction((tx) =>
      createImport(tx, {
        source,
        plan: plan as JsonObject,
        file,
        bytes,
        createdBy: key.id,
        at: this.clock.now(),
      }),
    );
    return this.job(id);
  }

  private async job(id: string): Promise<JobRow> {
    const job = await findJob(this.database, id);
    if (job?.kind !== 'import') throw new NotFound('There is no import with this id.');
    return job;
  }
}

const inPlan = (problems: readonly Problem[]): Problem[] =>
  problems.map((problem) => ({ ...problem, path: problem.path ? `plan.${problem.path}` : 'plan' }));

async function* rowsOf(
  pages: AsyncIterable<readonly Parameters<typeof csvRow>[0][]>,
): AsyncGenerator<ReturnType<typeof csvRow>[]> {
  for await (const page of pages) yield page.map(csvRow);
}
