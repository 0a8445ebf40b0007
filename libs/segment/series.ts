import { createHash } from 'node:crypto';
import { canonicalJson, type Instant, type JsonObject } from '@entente/kernel';
import { filterTest, type Filter } from './comparisons/filter';
import type { HistoryEvent } from './facts';

/**
 * What is kept of a contact's events: for each series that had any, by its key, how many there ever were and then the
 * latest instants, newest first, as many as the conditions need. Plain JSON; a contact without events has `{}`.
 */
export type SeriesState = { readonly [series: string]: Kept };
export type Kept = readonly [total: number, latest: readonly Instant[]];

/** The events of one name that pass one filter. Conditions share it. */
export interface Series {
  readonly key: string;
  readonly event: string;
  readonly where: Filter | undefined;
  /** How many of the latest instants are kept: the most that any condition needs. */
  keep: number;
  matches(properties: JsonObject): boolean;
}

/** Changes when the meaning of `Kept` does, so that state of another meaning is never taken for it. */
const MEANING = 1;

export function makeSeries(event: string, where: Filter | undefined): Series {
  const key = createHash('sha256')
    .update(canonicalJson([MEANING, event, where]))
    .digest('base64url')
    .slice(0, 12);
  return { key, event, where, keep: 0, matches: filterTest(where) };
}

export const totalOf = (state: SeriesState, series: Series): number => state[series.key]?.[0] ?? 0;

export const latestOf = (state: SeriesState, series: Series): readonly Instant[] =>
  state[series.key]?.[1] ?? NONE;

const NONE: readonly Instant[] = [];

/** How many of the instants (newest first) are after `after`. */
export function countWithin(latest: readonly Instant[], after: Instant): number {
  let count = 0;
  while (count < latest.length && latest[count]! > after) count++;
  return count;
}

/** Whether what is kept has as many instants as the series keeps now. It has not when it was folded for fewer. */
export const suffices = ([total, latest]: Kept, keep: number): boolean =>
  latest.length >= Math.min(total, keep);

/** One more event, at whatever place in time. */
export function insert(kept: Kept | undefined, at: Instant, keep: number): Kept {
  const [total, before] = kept ?? [0, NONE];
  const latest = [...before];
  const older = latest.findIndex((instant) => instant < at);
  latest.splice(older < 0 ? latest.length : older, 0, at);
  return [total + 1, latest.slice(0, keep)];
}

/** What many events leave, in one go. */
export function keptOf(events: readonly HistoryEvent[], keep: number): Kept {
  const latest = events.map(({ at }) => at).sort((a, b) => b - a);
  return [events.length, latest.slice(0, keep)];
}
