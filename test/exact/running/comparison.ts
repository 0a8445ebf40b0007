import type { Instant } from '@entente/kernel';
import type { Findings } from '../../chaos/checks/findings';
import { differing, membersAt } from '../../chaos/checks/membership-log';
import type { Query } from '../../chaos/reading';
import { isPlain } from '../purchases/shoppers';
import { membersInSql } from '../purchases/sql';

/** Compares the log of memberships with SQL over the events that had arrived, and keeps count. */
export class Comparison {
  instants = 0;
  private cases = 0;
  private readonly faults: string[] = [];

  constructor(
    private readonly truth: string,
    private readonly counts: (place: string) => boolean = () => true,
  ) {}

  async at(query: Query, instants: readonly Instant[], rules: readonly string[]): Promise<void> {
    for (const at of instants) {
      const expected = this.those(await membersInSql(query, at, rules));
      const logged = this.those(await membersAt(query, at, rules));
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

/** `segment user:a12` of somebody who never had another key. */
export const isOfOneKey = (place: string): boolean => {
  const number = / user:[a-z](\d+)$/.exec(place)?.[1];
  return number !== undefined && isPlain(Number(number));
};
