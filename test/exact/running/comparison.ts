import { toIso, type Instant } from '@entente/kernel';
import type { Findings } from '../../chaos/checks/findings';
import { differing, membersOfVersions } from '../../chaos/checks/membership-log';
import type { Query } from '../../chaos/reading';
import { isPlain } from '../purchases/shoppers';
import { membersInSql } from '../purchases/sql';
import type { Segments } from './segments';

/** Compares the log of memberships with SQL over the events that had arrived, by the rules that decided then, and keeps count. */
export class Comparison {
  instants = 0;
  private cases = 0;
  private readonly faults: string[] = [];

  constructor(
    private readonly truth: string,
    private readonly counts: (place: string) => boolean = () => true,
  ) {}

  async at(query: Query, instants: readonly Instant[], segments: Segments): Promise<void> {
    for (const at of instants) {
      const deciding = await decidingAt(query, at, segments.keys);
      const versions = new Map(deciding.map(({ key, version }) => [key, version]));
      const ids = deciding.map(({ id }) => id);
      const expected = this.those(await membersInSql(query, at, segments.conditions(versions)));
      const logged = this.those(await membersOfVersions(query, at, ids));
      this.faults.push(...differing(logged, expected, at));
      this.cases += expected.size;
      this.instants += 1;
    }
  }

  tell(findings: Findings): void {
    findings.add('2', `${this.truth} (${this.instants} instants)`, this.cases, this.faults);
  }

  private those(places: ReadonlySet<string>): Set<string> {
    return new Set([...places].filter(this.counts));
  }
}

/** The versions that decide what happens right after an instant; segments that were not live yet have none. */
const decidingAt = (
  query: Query,
  at: Instant,
  keys: readonly string[],
): Promise<{ id: number; key: string; version: number }[]> =>
  query(
    `SELECT id, segment_key AS key, version FROM segment_version
     WHERE segment_key = ANY($2) AND live_at <= $1 AND (retired_at IS NULL OR retired_at > $1)`,
    [toIso(at), keys],
  );

/** `segment user:a12` of somebody who never had another key. */
export const isOfOneKey = (place: string): boolean => {
  const number = / user:[a-z](\d+)$/.exec(place)?.[1];
  return number !== undefined && isPlain(Number(number));
};
