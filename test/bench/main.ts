import { BenchServer } from './bench-server';
import * as build from './build';
import * as latency from './latency';
import { BadOptions, readNumbers } from './options';
import * as throughput from './throughput';

type Say = (line: string) => void;
const say: Say = (line) => void process.stdout.write(`${line}\n`);

/** Each program with the numbers it takes and what it asks by itself; it answers whether everything was exact. */
const programs = {
  throughput: (server: BenchServer, args: string[]) =>
    throughput.throughput(server, readNumbers(args, throughput.defaults), say),
  latency: (server: BenchServer, args: string[]) =>
    latency.latency(server, readNumbers(args, latency.defaults), say),
  build: (server: BenchServer, args: string[]) => build.build(server, readNumbers(args, build.defaults), say),
};

const numbersOf = (defaults: Readonly<Record<string, number>>): string =>
  Object.entries(defaults)
    .map(([name, value]) => `--${name} ${value}`)
    .join(' ');

const usage = `npm run bench -- <program> [--name number …]

programs and their numbers:
  throughput  ${numbersOf(throughput.defaults)}
  latency     ${numbersOf(latency.defaults)}
  build       ${numbersOf(build.defaults)}
`;

async function main(): Promise<void> {
  const [name, ...args] = process.argv.slice(2);
  const program = programs[name as keyof typeof programs];
  if (!program) throw new BadOptions(name ? `there is no program ${name}` : 'which program?');
  const server = await BenchServer.start();
  const interrupt = () => void server.stop().then(() => process.exit(130));
  process.once('SIGINT', interrupt);
  try {
    say(`${name} on ${await server.describe()}`);
    if (!(await program(server, args))) process.exitCode = 1;
  } finally {
    process.off('SIGINT', interrupt);
    await server.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(
    error instanceof BadOptions
      ? `${error.message}\n\n${usage}`
      : `${String((error as Error).stack ?? error)}\n`,
  );
  process.exit(2);
});
