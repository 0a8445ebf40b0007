import type { Problem } from './errors';
import { isObject } from './json';

/** Collects what is wrong with a definition, each problem at its JSON path. */
export class Problems {
  readonly found: Problem[] = [];

  add(path: string, code: string, message: string, expected?: string): undefined {
    this.found.push({ path, code, message, ...(expected ? { expected } : {}) });
    return undefined;
  }

  addAll(problems: readonly Problem[]): void {
    this.found.push(...problems);
  }
}

/** A JSON object whose fields are read one by one; those that nobody asked for are problems. */
export class Fields {
  private readonly read = new Set<string>();

  private constructor(
    private readonly fields: Record<string, unknown>,
    readonly path: string,
    readonly problems: Problems,
  ) {}

  static of(value: unknown, path: string, problems: Problems, expected: string): Fields | undefined {
    if (isObject(value)) return new Fields(value, path, problems);
    return problems.add(path, 'not-an-object', `${path || 'this'} must be an object`, expected);
  }

  at(name: string): string {
    return this.path ? `${this.path}.${name}` : name;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.fields, name);
  }

  value(name: string): unknown {
    this.read.add(name);
    return this.has(name) ? this.fields[name] : undefined;
  }

  /** A non-empty text; missing or of another type is a problem. */
  text(name: string, expected: string): string | undefined {
    const value = this.value(name);
    if (typeof value === 'string' && value !== '' && value.length <= 200) return value;
    return this.wrong(name, value, expected);
  }

  optionalText(name: string, expected: string): string | undefined {
    return this.has(name) ? this.text(name, expected) : undefined;
  }

  list(name: string, longest: number, expected: string): readonly unknown[] {
    const value = this.value(name);
    if (Array.isArray(value) && value.length > 0 && value.length <= longest) return value as unknown[];
    this.wrong(name, value, expected);
    return [];
  }

  wrong(name: string, value: unknown, expected: string): undefined {
    if (value === undefined)
      return this.problems.add(this.at(name), 'missing', `${name} is missing`, expected);
    return this.problems.add(this.at(name), 'invalid', `${name} is not what it must be`, expected);
  }

  /** To be called last: every field not read by then is unknown. */
  refuseOthers(): void {
    for (const name of Object.keys(this.fields)) {
      if (this.read.has(name)) continue;
      this.problems.add(this.at(name), 'unknown-field', `there is no field ${name} here`, this.knownNames());
    }
  }

  private knownNames(): string {
    return [...this.read].sort().join(', ');
  }
}
