import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND, toIso, type Instant } from '@entente/kernel';
import type { Query } from '../../chaos/reading';
import type { MarketingApi } from '../../demo/marketing-api';
import type { Random } from '../../demo/random';
import { rulesInSql } from '../purchases/rules';

/** One whose rule changes while everything else goes on, and one that names it. */
const EDITED = 'edited';
const NAMING = 'naming-edited';
const NAMING_RULE = 'ever-ordered';
const LONGEST_BETWEEN_EDITS_MS = SECOND;

const rulesAlone = Object.keys(rulesInSql).filter(
  (key) => !JSON.stringify(rulesInSql[key]!.rule).includes('"segment"'),
);

/** The instants in a period at which an edit took the place of the rule before. */
export async function swapsWithin(query: Query, from: Instant, to: Instant): Promise<Instant[]> {
  const rows = await query<{ at: Date }>(
    'SELECT live_at AS at FROM segment_version WHERE segment_key = $1 AND live_at > $2 AND live_at < $3 ORDER BY 1',
    [EDITED, toIso(from), toIso(to)],
  );
  return rows.map(({ at }) => at.getTime());
}

/** By segment the version that decides. */
export type Versions = ReadonlyMap<string, number>;

/** The segments of a run, and what each means in SQL. */
export class Segments {
  edits = 0;
  private readonly sql = new Map<string, (versions: Versions) => string>();
  /** The rule of each version of the edited one. */
  private readonly rules = new Map<number, string>();

  constructor(
    private readonly api: MarketingApi,
    private readonly random: Random,
  ) {}

  get keys(): string[] {
    return [...this.sql.keys()];
  }

  /** What makes somebody a member where these versions decide: conditions as those of the rules in SQL. */
  conditions(versions: Versions): [segment: string, sql: string][] {
    return [...versions.keys()].map((key) => [key, this.sql.get(key)!(versions)]);
  }

  /** Writes segments by rules that stay, and waits until they are live. */
  async define(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map((key) => this.api.segment(key, key, rulesInSql[key]!.rule)));
    for (const key of keys) this.sql.set(key, () => rulesInSql[key]!.sql);
  }

  async defineEdited(): Promise<void> {
    await this.edit();
    const own = rulesInSql[NAMING_RULE]!;
    await this.api.segment(NAMING, NAMING, { all: [own.rule, { not: { segment: EDITED } }] });
    const edited = (versions: Versions) => rulesInSql[this.rules.get(versions.get(EDITED)!)!]!.sql;
    this.sql.set(EDITED, edited);
    this.sql.set(NAMING, (versions) => `(${own.sql}) AND (${edited(versions)}) IS NOT TRUE`);
  }

  /** Edits while something goes on: now before the edit before is built, now after. */
  async editWhile(going: Promise<unknown>): Promise<void> {
    let isOver = false;
    const ended = going.finally(() => (isOver = true));
    while (!isOver) {
      await this.edit();
      await Promise.race([sleep(this.random.whole(0, LONGEST_BETWEEN_EDITS_MS)), ended]);
    }
    await ended;
  }

  private async edit(): Promise<void> {
    const rule = this.random.pick(rulesAlone);
    const { version } = await this.api.put<{ version: number }>(`segments/${EDITED}`, {
      rule: rulesInSql[rule]!.rule,
    });
    if (!this.rules.has(version)) this.edits += 1;
    this.rules.set(version, rule);
  }
}
