/** What was found about one promise. */
export interface Finding {
  /** Its number in the design. */
  readonly promise: string;
  readonly truth: string;
  /** How many cases were looked at. */
  readonly cases: number;
  /** Those that break it. */
  readonly faults: readonly string[];
}

/** Everything that is checked at the end of a run. */
export class Findings {
  readonly all: Finding[] = [];

  add(promise: string, truth: string, cases: number, faults: readonly string[]): void {
    this.all.push({ promise, truth, cases, faults });
  }

  get broken(): readonly Finding[] {
    return this.all.filter(({ faults }) => faults.length > 0);
  }
}

/** What one set has that another has not, as faults. */
export const beyond = (has: ReadonlySet<string>, hasNot: ReadonlySet<string>, as: string): string[] =>
  [...has].filter((one) => !hasNot.has(one)).map((one) => `${as}: ${one}`);
