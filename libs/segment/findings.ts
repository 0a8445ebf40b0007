import type { Problem } from '@entente/kernel';
import { bounds } from './bounds';

const NAME = /^[A-Za-z_$][\w$-]*$/;
const LONGEST_SHOWN = 80;

/** A text as it may be shown in a message: quoted, and cut when it is long. */
export const quote = (text: string): string =>
  JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);

/** The JSON path of a field or an item: `rule.all[0].where["a.b"]`. */
export function below(path: string, step: string | number): string {
  if (typeof step === 'number') return `${path}[${step}]`;
  return NAME.test(step) && step.length <= LONGEST_SHOWN ? `${path}.${step}` : `${path}[${quote(step)}]`;
}

/** Something that a rule names and that must exist: a segment, also one whose entries and exits it counts (a teller), a list or a topic. */
export interface Reference {
  readonly to: 'segment' | 'teller' | 'list' | 'topic';
  readonly key: string;
  /** The JSON path of the key. */
  readonly path: string;
}

/** What is found while a rule is read: what it refers to, and the problems, behind each of which reading goes on, so that all come at once. */
export class Findings {
  readonly problems: Problem[] = [];
  readonly references: Reference[] = [];
  /** How many patterns were read: they are dear to prepare, so that a rule has few. */
  patterns = 0;

  /** `stored`: what is read was taken when it was written, by whatever release. */
  constructor(private readonly stored = false) {}

  /** Always undefined: what could not be read. */
  add(path: string, code: string, message: string, expected: string): undefined {
    if (this.problems.length < bounds.problems) this.problems.push({ path, code, message, expected });
  }

  /** Says of each field of an object that is none of those that are known here. */
  addUnknown(fields: object, path: string, known: readonly string[]): void {
    const unknown = Object.keys(fields).filter((field) => !known.includes(field));
    for (const field of unknown.slice(0, bounds.problems))
      this.add(
        below(path, field),
        'unknown-field',
        `There is no field ${quote(field)} here.`,
        known.join(', '),
      );
  }

  /** As `add`, for what can be read, and is told to its author as the mistake that it must be: stored it is what was given. */
  mistake<Read>(read: Read, path: string, code: string, message: string, expected: string): Read | undefined {
    return this.stored ? read : this.add(path, code, message, expected);
  }
}
