import type { AppProcess } from './app-process';
import type { SlowInbox } from './slow-inbox';

/** What may be broken: a process, or something beside it. */
export interface Victim {
  readonly name: string;
  /** Ends it without warning. */
  kill(): Promise<void>;
  /** Brings it back; what else fell with it too. */
  restore(): Promise<void>;
  /** Stops and continues it, where it is frozen as well as killed. */
  readonly freeze?: () => void;
  readonly thaw?: () => void;
  /** How often it is chosen, beside the others. */
  readonly weight: number;
}

/** An installation under test: where to talk to it, what of it can be broken, and where its mails arrive. */
export interface Place {
  readonly title: string;
  readonly ingest: string;
  readonly api: string;
  /** Where metrics of each engine are. */
  readonly engines: readonly string[];
  readonly keys: { readonly web: string; readonly server: string; readonly admin: string };
  /** Connection string of a role that reads everything; another one after a restart of the database. */
  databaseUrl(): string;
  /** Stays alive whatever falls. */
  readonly inbox: SlowInbox;
  readonly victims: readonly Victim[];
  readonly processes: readonly AppProcess[];
  /** Those that are engines and nothing else. */
  readonly engineProcesses: readonly AppProcess[];
  /** Thaws and restarts everything, and waits until it is healthy. */
  restoreAll(): Promise<void>;
  close(): Promise<void>;
}

/** A victim that is one process. */
export const processVictim = (process: AppProcess, weight: number): Victim => ({
  name: process.name,
  kill: () => process.kill9(),
  restore: () => process.keepStarting(),
  freeze: () => process.freeze(),
  thaw: () => process.thaw(),
  weight,
});

/** Thaws and starts everything, and waits until it is healthy. */
export async function bringUp(processes: readonly AppProcess[]): Promise<void> {
  for (const process of processes) process.thaw();
  await Promise.all(processes.map((process) => process.keepStarting()));
}

/** What processes said at level error and worse, and how often. */
export function complaintsOf(processes: readonly AppProcess[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const { complaints } of processes)
    for (const [text, count] of complaints) all.set(text, (all.get(text) ?? 0) + count);
  return all;
}
