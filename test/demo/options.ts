import { join } from 'node:path';
import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** Rows of the CRM export. */
  readonly contacts: number;
  /** Back-dated events. */
  readonly events: number;
  readonly seed: number;
  /** How often Entente is killed meanwhile. */
  readonly kill: number;
  /** Stop at the end instead of staying for somebody to look around. */
  readonly exit: boolean;
  /** Data of the demo alone; emptied at the start. */
  readonly folder: string;
}

export class BadOptions extends Error {}

export const usage = `npm run demo -- [options]

  --contacts 4000   rows of the shop's CRM export
  --events 30000    back-dated events of its web shop
  --seed 7          another seed, another shop; the same seed, the same shop
  --folder PATH     where its data goes (.entente/demo); emptied at the start
  --kill 0          how often Entente is ended by kill -9 meanwhile, at random instants
  --exit            stop at the end instead of staying for a look around
`;

const given = {
  contacts: { type: 'string', default: '4000' },
  events: { type: 'string', default: '30000' },
  seed: { type: 'string', default: '7' },
  kill: { type: 'string', default: '0' },
  folder: { type: 'string', default: join('.entente', 'demo') },
  exit: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the command line; undefined when only help is asked for. Throws `BadOptions`. */
export function readOptions(args: readonly string[]): DemoOptions | undefined {
  const values = valuesIn(args);
  if (values.help) return undefined;
  return {
    contacts: whole('contacts', values.contacts, 100, 200_000),
    events: whole('events', values.events, 500, 5_000_000),
    seed: whole('seed', values.seed, 0, 2 ** 32 - 1),
    kill: whole('kill', values.kill, 0, 20),
    exit: values.exit,
    folder: values.folder,
  };
}

function valuesIn(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: given }).values;
  } catch (error) {
    throw new BadOptions((error as Error).message);
  }
}

function whole(name: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new BadOptions(`--${name} must be a whole number from ${min} to ${max}, not ${text}`);
}
