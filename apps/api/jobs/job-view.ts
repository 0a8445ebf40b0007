import { ApiProperty } from '@nestjs/swagger';
import type { Json, JsonObject } from '@entente/kernel';
import { jobStatuses, type JobRow } from '@entente/storage';
import { Shown, shown, ShownInstant, ShownJson } from '../http/views';

export class Job {
  @Shown(String, { description: 'Its id.' }) job!: string;
  @Shown(String) kind!: string;
  @Shown(String, { description: 'What it works on, such as `segments/loyal`.' }) target!: string;
  @ApiProperty({ enum: jobStatuses }) status!: string;
  @Shown(Number, { description: 'From 0 to 1.' }) done!: number;
  @ShownJson({ description: 'How much of what it has done, by name, such as `contacts`.' })
  counts!: JsonObject;
  @Shown(String, { nullable: true, description: 'Why it failed, where it did.' }) error!: string | null;
  @ShownInstant() createdAt!: string;
  @ShownInstant({ nullable: true }) startedAt!: string | null;
  @ShownInstant({ nullable: true }) endedAt!: string | null;
  @ShownJson({ nullable: true, description: 'What it found out so far, of a preview: examples.' })
  result!: Json;
}

export const showJob = ({ id, createdAt, startedAt, endedAt, ...job }: JobRow): Job => ({
  job: id,
  ...job,
  createdAt: shown(createdAt)!,
  startedAt: shown(startedAt),
  endedAt: shown(endedAt),
});
