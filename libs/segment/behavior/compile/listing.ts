import type { Instant, Json } from '@entente/kernel';
import { turnOf } from '../../comparisons/comparison';
import { comparisonsIn } from '../../comparisons/filter-of';
import { splitFilter, type Filter } from '../../comparisons/filter';
import type { Context } from '../../comparisons/operator';
import type { Moment, Needs } from '../../conditions/kind';
import { list } from '../../memories/list';
import type { Feed } from '../../memories/memory';
import { sooner } from '../../sooner';
import type { Takes } from '../../takes';
import { propertiesIn, seenAs, type Seen } from '../seen';

/** Without end: as far back as there is anything. */
export const EVER = Number.MAX_SAFE_INTEGER;

/** An event of a list, and by which feeds it came. */
export interface SeenByFeeds extends Seen {
  readonly feeds: readonly number[];
}

/** Asks for events to be listed, with their properties at these paths, and reads them as the definition does. */
export function listing(
  needs: Needs,
  feeds: readonly Feed[],
  paths: readonly string[],
  takes: Takes = 'any',
  size: number = EVER,
): (moment: Moment) => SeenByFeeds[] {
  const picks = [...new Set(paths)];
  const memory = needs.memory({ kind: list, feeds, options: takes, picks, size });
  return ({ state }) => {
    const [, listed] = memory.in(state) ?? [0, []];
    return listed.map(([at, id, by, picked]) => ({ ...seenAs(at, id, readerOf(picks, picked)), feeds: by }));
  };
}

const readerOf =
  (picks: readonly string[], picked: readonly (Json | null)[]) =>
  (path: string): Json | undefined =>
    picked[picks.indexOf(path)] ?? undefined;

/** The properties that a filter looks at anew as time or traits go on. */
export const movingPaths = (filter: Filter | undefined): string[] => propertiesIn(splitFilter(filter).moving);

/** An instant before which time alone does not change whether an event passes. */
export function turnOfSeen(
  filter: Filter | undefined,
): (seen: Seen, context: Context) => Instant | undefined {
  const turns = comparisonsIn(splitFilter(filter).moving).map(
    ([path, comparison]) => [path, turnOf(comparison)] as const,
  );
  return (seen, context) =>
    turns.reduce<Instant | undefined>(
      (first, [path, turn]) => sooner(first, turn(seen.read(path), context)),
      undefined,
    );
}
