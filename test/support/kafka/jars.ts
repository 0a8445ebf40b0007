import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const cache = join(__dirname, '../../../.kafka');
/** Named by the version that pom.xml asks for. */
const jars = join(cache, 'jars-4.1.0');
const OLDEST_JAVA = 17;
const FETCH_MS = 300_000;

/**
 * The class path of Apache Kafka's jars, which Maven fetches into `.kafka/` the first time; or why they cannot be had. It does
 * not return before it knows, so that specs can be left out when they are defined.
 */
export function kafkaJars(): { classPath: string } | { missing: string } {
  const missing = javaMissing() ?? (existsSync(jars) ? undefined : fetchJars());
  return missing ? { missing } : { classPath: join(jars, '*') };
}

function javaMissing(): string | undefined {
  try {
    const text = execFileSync('java', ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const version = Number(/^\S+ (\d+)/.exec(text)?.[1] ?? 0);
    return version < OLDEST_JAVA ? `Java is ${version}, and Kafka needs ${OLDEST_JAVA}` : undefined;
  } catch {
    return 'there is no Java';
  }
}

/** Into a folder of this process first, so that two runs at once do not meet a half-filled one. */
function fetchJars(): string | undefined {
  const unfinished = `${jars}.${process.pid}`;
  mkdirSync(cache, { recursive: true });
  try {
    const output = `-DoutputDirectory=${unfinished}`;
    const args = ['-q', '-B', '-f', join(__dirname, 'pom.xml'), 'dependency:copy-dependencies', output];
    execFileSync('mvn', args, { encoding: 'utf8', timeout: FETCH_MS, stdio: ['ignore', 'pipe', 'ignore'] });
    if (!existsSync(jars)) renameSync(unfinished, jars);
    return undefined;
  } catch (error) {
    return existsSync(jars) ? undefined : whyNot(error);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function whyNot(error: unknown): string {
  const { code, stdout, message } = error as { code?: string; stdout?: string; message: string };
  if (code === 'ENOENT') return 'there is no Maven to fetch Kafka with';
  return `Maven could not fetch Kafka: ${(stdout || message).split('\n')[0]}`;
}
