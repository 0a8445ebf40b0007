import type { Screen } from './screen';

/** What the demo itself looks after: each finding is shown when it is made, and counted at the end. */
export class Checks {
  held = 0;
  readonly broken: string[] = [];

  constructor(private readonly screen: Screen) {}

  /** `truth` says what must be; `found` is shown when it is not so. */
  that(truth: string, holds: boolean, found: unknown = ''): void {
    if (holds) {
      this.held += 1;
      this.screen.line(`✓ ${truth}`);
      return;
    }
    const differs = `${truth}: ${typeof found === 'string' ? found : JSON.stringify(found)}`;
    this.broken.push(differs);
    this.screen.line(`✗ ${differs}`);
  }

  same(truth: string, found: unknown, expected: unknown): void {
    const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
    this.that(truth, left === right, `found ${left}, expected ${right}`);
  }
}
