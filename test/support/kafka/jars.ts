import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = join(__dirname, '../../../.kafka');
/** Named by the version that pom.xml asks for. */
const jars = join(cache, 'jars-4.1.0');
const OLDEST_JAVA = 17;
const FETCH_MS = 300_000;

/** Why the jars of Apache Kafka cannot be run or fetched here; undefined when it looks as if they can. */
export function jarsMissing(): string | undefined {
  const java = javaVersion();
  if (java === undefined) return 'there is no Java';
  if (java < OLDEST_JAVA) return `Java is ${java}, and Kafka needs ${OLDEST_JAVA}`;
  if (existsSync(jars) || printed('mvn', '-v') !== undefined) return undefined;
  return 'there is no Maven to fetch Kafka with';
}

/** The class path of the jars, fetched once by Maven into `.kafka/`; or why they cannot be had. */
export async function kafkaJars(): Promise<{ classPath: string } | { missing: string }> {
  const missing = jarsMissing() ?? (existsSync(jars) ? undefined : await fetchJars());
  return missing ? { missing } : { classPath: join(jars, '*') };
}

function javaVersion(): number | undefined {
  const text = printed('java', '--version');
  return text === undefined ? undefined : Number(/^\S+ (\d+)/.exec(text)?.[1] ?? 0);
}

/** What a command prints; undefined when there is no such command or it fails. */
function printed(command: string, ...args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

/** Into a folder of this process first, so that two runs at once do not meet a half-filled one. */
async function fetchJars(): Promise<string | undefined> {
  const unfinished = `${jars}.${process.pid}`;
  mkdirSync(cache, { recursive: true });
  try {
    const output = `-DoutputDirectory=${unfinished}`;
    const args = ['-q', '-B', '-f', join(__dirname, 'pom.xml'), 'dependency:copy-dependencies', output];
    await run('mvn', args, { timeout: FETCH_MS });
    if (!existsSync(jars)) renameSync(unfinished, jars);
    return undefined;
  } catch (error) {
    return `Maven could not fetch Kafka: ${firstLine(error)}`;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

const firstLine = (error: unknown): string =>
  String((error as { stdout?: unknown }).stdout || (error as Error).message).split('\n')[0]!;
