import { parseArgs } from 'node:util';
import { orBadOptions, setUpsNamed, whole } from '../../chaos/options';
import type { FolderOptions, SetUp } from '../../chaos/set-ups';
import type { ExactOptions } from './run';

interface ProgramOptions extends Omit<ExactOptions, 'say'>, FolderOptions {
  readonly setUps: readonly SetUp[];
}

export const usage = `npm run exact -- [options]

  --set-up all-in-one,kafka   also postgres: a process for each app on the PostgreSQL stream
  --seed 1                    another seed, other histories and blows
  --people 100                with a history in order, and as many whose comes shuffled
  --stops 6                   moments of quiet while either are loaded
  --kill 3                    blows while histories come shuffled
  --patience 150              seconds to wait for what is left to do
  --folder PATH               data and logs; a new folder that is removed at the end
  --keep                      do not remove it
`;

const given = {
  'set-up': { type: 'string', default: 'all-in-one,kafka' },
  seed: { type: 'string', default: '1' },
  people: { type: 'string', default: '100' },
  stops: { type: 'string', default: '6' },
  kill: { type: 'string', default: '3' },
  patience: { type: 'string', default: '150' },
  folder: { type: 'string', default: '' },
  keep: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the command line; undefined when only help is asked for. Throws `BadOptions`. */
export function readOptions(args: readonly string[]): ProgramOptions | undefined {
  const { values } = orBadOptions(() => parseArgs({ args: [...args], options: given }));
  if (values.help) return undefined;
  return {
    setUps: setUpsNamed(values['set-up']),
    seed: whole('seed', values.seed, 0),
    people: whole('people', values.people, 4),
    stops: whole('stops', values.stops, 1),
    kill: whole('kill', values.kill, 0),
    patienceMs: whole('patience', values.patience, 1) * 1_000,
    ...(values.folder && { folder: values.folder }),
    keep: values.keep,
  };
}
