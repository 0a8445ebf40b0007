import type { JsonObject } from '@entente/kernel';
import type { JobRow } from '@entente/storage';
import { Shown, shown, ShownInstant, ShownJson } from '../http/views';

export class Job {
  @Shown(String) job!: string;
  @Shown(String) kind!: string;
  /** What it works on, such as `segments/loyal`. */
  @Shown(String) target!: string;
  @Shown(String) status!: string;
  /** From 0 to 1. */
  @Shown(Number) done!: number;
  @ShownJson() counts!: JsonObject;
  @Shown(String, true) error!: string | null;
  @ShownInstant() createdAt!: string;
  @ShownInstant(true) endedAt!: string | null;
}

export const showJob = ({ id, createdAt, endedAt, ...job }: JobRow): Job => ({
  job: id,
  ...job,
  createdAt: shown(createdAt)!,
  endedAt: shown(endedAt),
});
