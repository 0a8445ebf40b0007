import type { JsonObject } from '@entente/kernel';
import type { HistoryEvent } from '../facts';
import { EventIndex } from './event-index';
import { insert, keptOf, suffices, type Kept, type Series, type SeriesState } from '../series';

/** Which series a book keeps, by key, and how many of the latest instants of each. */
export type SeriesNeeds = { readonly [series: string]: number };

/** Keeps contacts' series up to date. */
export class Tracking {
  readonly needs: SeriesNeeds;
  private readonly index: EventIndex;

  constructor(all: Iterable<Series>) {
    const series = [...all];
    this.index = new EventIndex(series);
    this.needs = Object.fromEntries(series.map(({ key, keep }) => [key, keep]));
  }

  matching(event: string, properties: JsonObject): readonly Series[] {
    return this.index.matching(event, properties);
  }

  fold(state: SeriesState, event: HistoryEvent): SeriesState | 'recompute' {
    const matching = this.matching(event.name, event.properties);
    if (matching.length === 0) return state;
    const next: Record<string, Kept> = { ...state };
    for (const { key, keep } of matching) {
      const kept = state[key];
      if (kept && !suffices(kept, keep)) return 'recompute';
      next[key] = insert(kept, event.at, keep);
    }
    return next;
  }

  foldAll(history: Iterable<HistoryEvent>): SeriesState {
    const events = new Map<Series, HistoryEvent[]>();
    for (const event of history)
      for (const series of this.matching(event.name, event.properties)) {
        const list = events.get(series);
        if (list) list.push(event);
        else events.set(series, [event]);
      }
    return Object.fromEntries([...events].map(([{ key, keep }, list]) => [key, keptOf(list, keep)]));
  }
}
