import type { Tx } from './database';

/** What the installation's rules go by. */
export interface RuleGround {
  /** The IANA name of the zone whose calendar applies to contacts that name none. */
  readonly timeZone: string;
  /** What the release that last worked here takes rules and stored states to mean; it only grows. */
  readonly meaning: number;
}

export async function ruleGround(tx: Tx): Promise<RuleGround> {
  const [row] = await tx.query<{ timeZone: string; meaning: number }>(
    'SELECT time_zone AS "timeZone", rule_meaning AS meaning FROM installation',
  );
  return row!;
}

/** The transaction must hold `publish`. */
export const changeRuleGround = (tx: Tx, { timeZone, meaning }: RuleGround): Promise<number> =>
  tx.run('UPDATE installation SET time_zone = $1, rule_meaning = $2, ground = ground + 1', [
    timeZone,
    meaning,
  ]);
