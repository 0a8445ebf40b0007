import { BadOptions } from './options';
import type { Place } from './place';
import { withSetUp, type FolderOptions, type SetUp } from './set-ups';
import { showOutcome, type Outcome } from './table';

export type Say = (line: string) => void;

interface ProgramOptions extends FolderOptions {
  readonly setUps: readonly SetUp[];
  readonly seed: number;
}

interface Program<Options extends ProgramOptions> {
  readonly usage: string;
  /** Undefined when only help is asked for. Throws `BadOptions`. */
  readonly readOptions: (args: readonly string[]) => Options | undefined;
  readonly run: (place: Place, options: Options & { readonly say: Say }) => Promise<Outcome>;
}

const say: Say = (line) => void process.stdout.write(`${line}\n`);

/** Runs on each set-up that is asked for and shows what was found: exit code 1 where a promise is broken, 2 where it could not be run. */
export function runProgram<Options extends ProgramOptions>(program: Program<Options>): void {
  runAll(program).catch((error: unknown) => {
    process.stderr.write(
      error instanceof BadOptions
        ? `${error.message}\n\n${program.usage}`
        : `${String((error as Error).stack ?? error)}\n`,
    );
    process.exit(2);
  });
}

async function runAll<Options extends ProgramOptions>({
  usage,
  readOptions,
  run,
}: Program<Options>): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (!options) return say(usage);
  say(`seed ${options.seed}`);
  for (const setUp of options.setUps) {
    const { findings } = await withSetUp(setUp, options, async (place, folder) => {
      say(`\n${place.title}; logs in ${folder}`);
      const outcome = await run(place, { ...options, say });
      say(showOutcome(outcome));
      return outcome;
    });
    if (findings.broken.length > 0) process.exitCode = 1;
  }
}
