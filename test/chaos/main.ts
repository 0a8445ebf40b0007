import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openAllInOne } from './all-in-one';
import { BadOptions, readOptions, usage, type ProgramOptions } from './options';
import type { Place } from './place';
import { openProduction } from './production';
import { runChaos } from './run';
import { showOutcome } from './table';

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (!options) return say(usage);
  say(`seed ${options.seed}`);
  let broken = 0;
  for (const setUp of options.setUps) broken += await runOne(setUp, options);
  process.exitCode = broken > 0 ? 1 : 0;
}

const setUps = {
  'all-in-one': (folder: string) => openAllInOne(folder),
  kafka: (folder: string) => openProduction(folder, 'kafka'),
  postgres: (folder: string) => openProduction(folder, 'postgres'),
};

/** Gives how many promises were broken. */
async function runOne(setUp: keyof typeof setUps, options: ProgramOptions): Promise<number> {
  const folder = folderFor(setUp, options);
  const place = await setUps[setUp](folder);
  const interrupt = stopOnSignal(place);
  say(`\n${place.title}; logs in ${folder}`);
  try {
    const outcome = await runChaos(place, { ...options, say });
    say(showOutcome(outcome));
    return outcome.findings.broken.length;
  } finally {
    interrupt();
    await place.close();
    if (!options.keep && process.exitCode === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function folderFor(setUp: string, { folder }: ProgramOptions): string {
  const own = folder ? join(resolve(folder), setUp) : mkdtempSync(join(tmpdir(), `entente-chaos-${setUp}-`));
  mkdirSync(own, { recursive: true });
  chmodSync(own, 0o755); // a database server may run as another user
  return own;
}

function stopOnSignal(place: Place): () => void {
  const stop = () => void place.close().then(() => process.exit(130));
  process.once('SIGINT', stop);
  return () => void process.off('SIGINT', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(
    error instanceof BadOptions
      ? `${error.message}\n\n${usage}`
      : `${String((error as Error).stack ?? error)}\n`,
  );
  process.exit(2);
});
