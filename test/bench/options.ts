import { parseArgs } from 'node:util';

export class BadOptions extends Error {}

/** The numbers a program is run with, by name: what is given on the command line, else what the program asks by itself. */
export type Numbers<Name extends string> = Readonly<Record<Name, number>>;

/** Reads `--name value` pairs. Throws `BadOptions` for a name that the program does not have and for what is no number. */
export function readNumbers<Name extends string>(
  args: readonly string[],
  defaults: Numbers<Name>,
): Numbers<Name> {
  const names = Object.keys(defaults) as Name[];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const values = valuesIn([...args], options);
  return Object.fromEntries(
    names.map((name) => [name, values[name] === undefined ? defaults[name] : numberIn(name, values[name])]),
  ) as Numbers<Name>;
}

function valuesIn(args: string[], options: Record<string, { type: 'string' }>) {
  try {
    return parseArgs({ args, options }).values as Record<string, string | undefined>;
  } catch (error) {
    throw new BadOptions(`${(error as Error).message}; there are ${Object.keys(options).join(', ')}`);
  }
}

function numberIn(name: string, text: string): number {
  const number = Number(text.replaceAll('_', ''));
  if (Number.isFinite(number) && number >= 0) return number;
  throw new BadOptions(`--${name} must be a number, not ${text}`);
}
