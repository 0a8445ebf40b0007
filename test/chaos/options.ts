import { parseArgs } from 'node:util';
import type { ChaosOptions } from './run';
import { setUpNames, type FolderOptions, type SetUp } from './set-ups';

interface ProgramOptions extends Omit<ChaosOptions, 'say'>, FolderOptions {
  readonly setUps: readonly SetUp[];
}

export class BadOptions extends Error {}

export const usage = `npm run chaos -- [options]

  --set-up all-in-one,kafka   also postgres: a process for each app on the PostgreSQL stream
  --seed 1                    another seed, other people and blows
  --people 300                who visits the shop
  --per-second 60             calls of the Tracking API
  --waves 4                   of events and blows, each with a moment of quiet after it
  --wave-seconds 25
  --blow-every 2500           milliseconds between two blows, on average
  --longest 12000             milliseconds that something stays dead or frozen, at most
  --strike engine,kafka       only what is called so; everything when not said
  --patience 150              seconds to wait for what is left to do
  --folder PATH               data and logs; a new folder that is removed at the end
  --keep                      do not remove it

Each option can also be set as CHAOS_<NAME>, such as CHAOS_WAVE_SECONDS=60.
`;

const given = {
  'set-up': { type: 'string', default: 'all-in-one,kafka' },
  seed: { type: 'string', default: '1' },
  people: { type: 'string', default: '300' },
  'per-second': { type: 'string', default: '60' },
  waves: { type: 'string', default: '4' },
  'wave-seconds': { type: 'string', default: '25' },
  'blow-every': { type: 'string', default: '2500' },
  longest: { type: 'string', default: '12000' },
  strike: { type: 'string', default: '' },
  patience: { type: 'string', default: '150' },
  folder: { type: 'string', default: '' },
  keep: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the command line and the environment; undefined when only help is asked for. Throws `BadOptions`. */
export function readOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): ProgramOptions | undefined {
  const values = valuesIn([...fromEnvironment(environment), ...args]);
  if (values.help) return undefined;
  return {
    setUps: setUpsNamed(values['set-up']),
    seed: whole('seed', values.seed, 0),
    people: whole('people', values.people, 20),
    perSecond: whole('per-second', values['per-second'], 1),
    waves: whole('waves', values.waves, 1),
    waveSeconds: whole('wave-seconds', values['wave-seconds'], 1),
    blowEveryMs: whole('blow-every', values['blow-every'], 50),
    longestMs: whole('longest', values.longest, 50),
    strike: values.strike.split(',').filter(Boolean),
    patienceMs: whole('patience', values.patience, 1) * 1_000,
    ...(values.folder && { folder: values.folder }),
    keep: values.keep,
  };
}

const fromEnvironment = (environment: NodeJS.ProcessEnv): string[] =>
  Object.entries(given).flatMap(([name, { type }]) => {
    const value = environment[`CHAOS_${name.toUpperCase().replaceAll('-', '_')}`];
    if (value === undefined) return [];
    return type === 'boolean' ? [`--${name}`] : [`--${name}`, value];
  });

function valuesIn(args: string[]) {
  return orBadOptions(() => parseArgs({ args, options: given }).values);
}

/** What Node refuses to parse is told as one of our own refusals. */
export function orBadOptions<Values>(parse: () => Values): Values {
  try {
    return parse();
  } catch (error) {
    throw new BadOptions((error as Error).message);
  }
}

export const setUpsNamed = (names: string): SetUp[] =>
  names.split(',').map((name) => {
    const found = setUpNames.find((one) => one === name);
    if (!found) throw new BadOptions(`there is no set-up ${name}; there are ${setUpNames.join(', ')}`);
    return found;
  });

export function whole(name: string, text: string, min: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= min) return number;
  throw new BadOptions(`--${name} must be a whole number of at least ${min}, not ${text}`);
}
