import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = join(__dirname, '../../../.kafka');
const OLDEST_JAVA = 17;
const FETCH_MS = 300_000;

/** The jars of Apache Kafka, fetched once by Maven into `.kafka/`; or why they cannot be had. */
export async function kafkaJars(): Promise<{ classPath: string } | { missing: string }> {
  const java = await javaVersion();
  if (java === undefined) return { missing: 'there is no Java' };
  if (java < OLDEST_JAVA) return { missing: `Java is ${java}, and Kafka needs ${OLDEST_JAVA}` };
  const jars = join(cache, 'jars-4.1.0');
  if (existsSync(jars)) return { classPath: join(jars, '*') };
  const problem = await fetchInto(jars);
  return problem ? { missing: problem } : { classPath: join(jars, '*') };
}

async function javaVersion(): Promise<number | undefined> {
  try {
    const { stderr, stdout } = await run('java', ['-version']);
    return Number(/version "(\d+)/.exec(stderr + stdout)?.[1]);
  } catch {
    return undefined;
  }
}

/** Into a folder of this process first, so that two runs at once do not meet a half-filled one. */
async function fetchInto(jars: string): Promise<string | undefined> {
  const unfinished = `${jars}.${process.pid}`;
  mkdirSync(cache, { recursive: true });
  try {
    const pom = join(__dirname, 'pom.xml');
    const output = `-DoutputDirectory=${unfinished}`;
    await run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', output], { timeout: FETCH_MS });
    if (!existsSync(jars)) renameSync(unfinished, jars);
    return undefined;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return 'there is no Maven to fetch Kafka with';
    return `Maven could not fetch Kafka: ${firstLine(error)}`;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

const firstLine = (error: unknown): string =>
  String((error as { stdout?: unknown }).stdout || (error as Error).message).split('\n')[0]!;
