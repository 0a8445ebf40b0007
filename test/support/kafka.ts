import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../demo/any-free-ports';
import { kafkaJars } from './kafka/jars';
import { removeOrphans } from './kafka/orphans';
import { serverProperties } from './kafka/server-properties';

/** A real broker: our own, which can be killed, or the one that KAFKA_BROKERS names, which is left alone. */
export interface TestKafka {
  readonly brokers: string[];
  /** Whether the broker is ours, so that `kill9` and `restart` do something. */
  readonly own: boolean;
  stop(): Promise<void>;
  kill9(): Promise<void>;
  /** Starts a killed broker again, on the same ports and data. */
  restart(): Promise<void>;
}

const START_MS = 60_000;

/** Why there is no Kafka to test on, in one line; undefined when there is one. The first call may fetch it. */
export function kafkaMissing(): string | undefined {
  if (givenBrokers()) return undefined;
  const jars = kafkaJars();
  return 'missing' in jars ? jars.missing : undefined;
}

/**
 * Starts a broker of our own, or takes the one that KAFKA_BROKERS names; or says why there is none. Needs Java 17 or newer, and
 * Maven for the first start. `own` asks for one that may be killed.
 */
export async function startKafka(options: { own?: boolean } = {}): Promise<TestKafka | { missing: string }> {
  const given = givenBrokers();
  if (given && !options.own) return outside(given);
  const jars = kafkaJars();
  return 'missing' in jars ? jars : ownBroker(jars.classPath);
}

const givenBrokers = (): string[] | undefined =>
  process.env['KAFKA_BROKERS']?.split(',').map((broker) => broker.trim());

function outside(brokers: string[]): TestKafka {
  const nothing = () => Promise.resolve();
  return { brokers, own: false, stop: nothing, kill9: nothing, restart: nothing };
}

async function ownBroker(classPath: string): Promise<TestKafka> {
  removeOrphans();
  const folder = mkdtempSync(join(tmpdir(), `entente-kafka-${process.pid}-`));
  const [port, controllerPort] = (await freePorts(2)) as [number, number];
  const properties = join(folder, 'server.properties');
  mkdirSync(join(folder, 'data'));
  writeFileSync(properties, serverProperties({ port, controllerPort, data: join(folder, 'data') }));
  const java = (...args: string[]) => runJava(classPath, folder, args);
  const id = Buffer.from(folder).toString('base64url').slice(-22);
  await ended(java('kafka.tools.StorageTool', 'format', '-t', id, '-c', properties), folder);
  let broker = await startBroker(java, properties, port, folder);
  const removeOnExit = () => broker.kill('SIGKILL');
  process.once('exit', removeOnExit);
  const end = async (signal: NodeJS.Signals) => {
    if (broker.exitCode !== null || broker.signalCode !== null) return;
    const gone = once(broker, 'exit');
    broker.kill(signal);
    await gone;
  };
  return {
    brokers: [`127.0.0.1:${port}`],
    own: true,
    kill9: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGKILL');
      broker = await startBroker(java, properties, port, folder);
    },
    stop: async () => {
      await end('SIGKILL');
      process.off('exit', removeOnExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Java = (...args: string[]) => ChildProcess;

function runJava(classPath: string, folder: string, args: readonly string[]): ChildProcess {
  return spawn(
    'java',
    ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath, ...args],
    {
      cwd: folder,
      stdio: 'ignore',
    },
  );
}

async function ended(child: ChildProcess, folder: string): Promise<void> {
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`Kafka's storage in ${folder} could not be formatted (exit code ${code})`);
}

async function startBroker(
  java: Java,
  properties: string,
  port: number,
  folder: string,
): Promise<ChildProcess> {
  const broker = java('kafka.Kafka', properties);
  writeFileSync(join(folder, 'pid'), String(broker.pid));
  for (const end = Date.now() + START_MS; !(await answers(port)); await sleep(50)) {
    if (broker.exitCode !== null)
      throw new Error(`Kafka in ${folder} ended with exit code ${broker.exitCode}`);
    if (Date.now() > end) throw new Error(`Kafka in ${folder} did not start within ${START_MS} ms`);
  }
  return broker;
}

/** Whether a connection is accepted: the broker opens its port when it can serve. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
