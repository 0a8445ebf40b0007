import type { Json, JsonObject } from '@entente/kernel';
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
  @ShownInstant(true) startedAt!: string | null;
  @ShownInstant(true) endedAt!: string | null;
  /** What it found out so far, of a preview: examples. */
  @ShownJson(true) result!: Json;
}

export const showJob = ({ id, createdAt, startedAt, endedAt, ...job }: JobRow): Job => ({
  job: id,
  ...job,
  createdAt: shown(createdAt)!,
  startedAt: shown(startedAt),
  endedAt: shown(endedAt),
});
