import type { Json } from '@entente/kernel';
import { inEventOrder, type Happened, type HistoryEvent } from '../facts';
import { SeriesState } from '../state/series-state';
import type { OpenMemory } from './open-memory';
import { EventIndex, type Match } from './event-index';

/** Which memories a book keeps, by key, and the size of each. */
export type SeriesNeeds = { readonly [memory: string]: number };

/** A contact's events of these names, in any order. */
export type HistoryOf = (names: ReadonlySet<string>) => readonly HistoryEvent[];

/** Keeps contacts' memories up to date. */
export class Tracking {
  readonly needs: SeriesNeeds;
  readonly eventNames: readonly string[];
  private readonly index: EventIndex;
  /** What was asked last, for several questions about one event come one after another. */
  private asked: Happened | undefined;
  private answer: readonly Match[] = [];

  constructor(all: Iterable<OpenMemory>) {
    const memories = [...all];
    this.index = new EventIndex(memories);
    this.eventNames = [...new Set(memories.flatMap(({ eventNames }) => [...eventNames]))];
    this.needs = Object.fromEntries(memories.map(({ key, size }) => [key, size]));
  }

  looksAt(eventName: string): boolean {
    return this.index.has(eventName);
  }

  matching(event: Happened): readonly Match[] {
    if (event !== this.asked) {
      this.answer = this.index.matching(event);
      this.asked = event;
    }
    return this.answer;
  }

  fold(state: SeriesState, event: HistoryEvent, history?: HistoryOf): SeriesState | 'recompute' {
    const matching = this.matching(event);
    if (matching.length === 0) return state;
    const changed = new Map(state.unpacked);
    for (const { memory, feeds } of matching) {
      const kept = memory.add(state.get(memory.key), event, feeds);
      if (kept !== 'recompute') changed.set(memory.key, kept);
      else if (history) changed.set(memory.key, memory.ofAny(history(memory.eventNames)));
      else return 'recompute';
    }
    return state.with(changed);
  }

  foldAll(history: Iterable<HistoryEvent>): SeriesState {
    return new SeriesState(this.keptOf(history, () => true));
  }

  fill(state: SeriesState, lacked: ReadonlySet<string>, history: Iterable<HistoryEvent>): SeriesState {
    const kept = this.keptOf(history, ({ key }) => lacked.has(key));
    for (const memory of state.keys()) if (!lacked.has(memory)) kept.set(memory, state.get(memory)!);
    return new SeriesState(kept);
  }

  private keptOf(
    history: Iterable<HistoryEvent>,
    isKept: (memory: OpenMemory) => boolean,
  ): Map<string, Json> {
    const fed = new Map<OpenMemory, { event: HistoryEvent; feeds: readonly number[] }[]>();
    for (const event of [...history].sort(inEventOrder))
      for (const { memory, feeds } of this.matching(event)) {
        if (!isKept(memory)) continue;
        const list = fed.get(memory);
        if (list) list.push({ event, feeds });
        else fed.set(memory, [{ event, feeds }]);
      }
    return new Map([...fed].map(([memory, events]) => [memory.key, memory.of(events)]));
  }
}
