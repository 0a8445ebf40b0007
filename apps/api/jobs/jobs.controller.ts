import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Conflict, SECOND, type Clock } from '@entente/kernel';
import {
  builtVersion,
  cancelBuild,
  cancelStoredJob,
  Database,
  findJob,
  PREVIEW,
  publish,
  type JobRow,
} from '@entente/storage';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Access, Caller } from '../access/access';
import { Needs } from '../access/needs';
import { mayDo } from '../access/roles';
import { ApiProblem } from '../http/api-problem';
import { found } from '../http/authored';
import { Does } from '../http/documented';
import { Whole } from '../http/fields';
import { existingId } from '../http/key-param';
import { CLOCK } from '../surroundings';
import { Job, showJob } from './job-view';

const LOOK_EVERY = 200;

class JobQuery {
  @Whole({
    optional: true,
    inQuery: true,
    max: 20,
    description: 'Seconds to wait for the end before answering (0).',
  })
  wait = 0;
}

const isOpen = ({ status }: JobRow): boolean => status === 'waiting' || status === 'running';

@ApiTags('jobs')
@Controller('api/v1/jobs')
export class JobsController {
  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get(':id')
  @Needs('read')
  @Does('Reads a job, or waits for its end', { 200: Job })
  async get(@Param('id', existingId) id: string, @Query() { wait }: JobQuery): Promise<Job> {
    const end = this.clock.now() + wait * SECOND;
    let job = await this.job(id);
    while (isOpen(job) && this.clock.now() < end) {
      await sleep(LOOK_EVERY);
      job = await this.job(id);
    }
    return showJob(job);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Needs('author')
  @Does('Cancels a job that has not ended; authors only exact counts of previews', { 200: Job })
  async cancel(@Param('id', existingId) id: string, @Caller() { key }: Access): Promise<Job> {
    const { status, kind } = await this.job(id);
    if (kind !== PREVIEW && !mayDo(key.role, 'publisher'))
      throw new ApiProblem(403, 'forbidden', 'To cancel this job needs a key with the role publisher.');
    const version = builtVersion(id);
    const canceled = await this.database.transaction(async (tx) => {
      if (version === undefined) return cancelStoredJob(tx, id);
      await publish(tx);
      return cancelBuild(tx, version);
    });
    if (!canceled) throw new Conflict(`This job has ended: it is ${status}.`);
    return showJob(await this.job(id));
  }

  private async job(id: string): Promise<JobRow> {
    return found(await findJob(this.database, id), 'job', id);
  }
}
