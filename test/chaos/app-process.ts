import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(__dirname, '..', '..');
const runner = join(root, 'test', 'support', 'typescript.mjs');
const START_MS = 60_000;
const SUPERVISED_MS = 120_000;
const RESTART_MS = 500;
const LOOK_MS = 100;
const worthTelling = /"level":"(error|fatal)"/;

/** What one app of this repository is started with. */
export interface AppSettings {
  /** Names the process among all of its place; its log is `<name>.log`. */
  readonly name: string;
  /** A folder of apps/. */
  readonly app: string;
  /** Port of its /health. */
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFolder: string;
  /** What it says once it is healthy, where that matters; the group is its news. */
  readonly greeting?: RegExp;
}

/** One app as a process of its own, which is killed, frozen and started again. */
export class AppProcess {
  private child: ChildProcess | undefined;
  private readonly log: WriteStream;
  /** Messages of level error and worse, with how often they came. */
  readonly complaints = new Map<string, number>();
  private lastLines: string[] = [];
  private greeter: ChildProcess | undefined;
  /** What the latest greeting told. */
  news = '';

  constructor(private readonly settings: AppSettings) {
    mkdirSync(settings.logFolder, { recursive: true });
    this.log = createWriteStream(join(settings.logFolder, `${settings.name}.log`), { flags: 'a' });
  }

  get name(): string {
    return this.settings.name;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  start(): void {
    if (this.isRunning) return;
    const { app, environment } = this.settings;
    const child = spawn(process.execPath, [runner, join(root, 'apps', app, 'main.ts')], {
      cwd: root,
      env: { ...own(process.env), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => this.hear(line, child));
    const takeAlong = () => child.kill('SIGKILL');
    process.once('exit', takeAlong);
    child.once('exit', () => process.off('exit', takeAlong));
    this.child = child;
  }

  /** What a supervisor does: starts it until it is healthy. Something it needs may be dead at the moment, or it is killed again. */
  async keepStarting(): Promise<void> {
    for (const end = Date.now() + SUPERVISED_MS; ; await sleep(RESTART_MS)) {
      try {
        return await this.up();
      } catch (error) {
        if (Date.now() > end) throw error;
      }
    }
  }

  /** Starts it where it does not run; resolves when it is healthy and has greeted. Rejects when it ended by itself, or takes too long. */
  async up(): Promise<void> {
    const end = Date.now() + START_MS;
    this.start();
    for (; !(this.hasGreeted && (await this.isHealthy())); await sleep(LOOK_MS)) {
      if (!this.isRunning) throw this.failed('ended by itself');
      if (Date.now() > end) throw this.failed(`was not up within ${START_MS} ms`);
    }
  }

  failed(how: string): Error {
    return new Error(`${this.name} ${how}; it said last:\n${this.lastLines.join('\n')}`);
  }

  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  kill9(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** Asks it to stop, and closes its log. */
  async stop(): Promise<void> {
    this.thaw();
    await this.end('SIGTERM');
    this.log.end();
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.isRunning) return;
    const gone = once(this.child!, 'exit');
    this.child!.kill(signal);
    await gone;
  }

  private hear(line: string, child: ChildProcess): void {
    this.log.write(`${line}\n`);
    this.lastLines = [...this.lastLines.slice(-9), line];
    if (worthTelling.test(line)) this.count(complaintIn(line));
    const news = this.settings.greeting?.exec(line)?.[1];
    if (news !== undefined) [this.news, this.greeter] = [news, child];
  }

  private count(complaint: string): void {
    this.complaints.set(complaint, (this.complaints.get(complaint) ?? 0) + 1);
  }

  /** Where another child was started since, the greeting of the one before tells nothing. */
  private get hasGreeted(): boolean {
    return this.settings.greeting === undefined || this.greeter === this.child;
  }

  private async isHealthy(): Promise<boolean> {
    try {
      const { port } = this.settings;
      const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2_000) });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  }
}

const notForThem = [
  ...['DATABASE_URL', 'MIGRATION_DATABASE_URL', 'SMTP_URL', 'PUBLIC_URL', 'HOST', 'NODE_ENV'],
  ...['ALLOWED_RECIPIENTS', 'TRACKING', 'LOG_LEVEL', 'KAFKA_BROKERS', 'KAFKA_TOPIC', 'STREAM_PARTITIONS'],
];

/** This shell's environment, without what an installation would be set up with. */
const own = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !notForThem.includes(name)));

function complaintIn(line: string): string {
  try {
    const { app, msg, err } = JSON.parse(line) as Record<string, unknown>;
    const { message } = (err ?? {}) as { message?: string };
    return withoutPlaces([app, msg, message].filter(Boolean).join(' · ')).slice(0, 160);
  } catch {
    return line.slice(0, 200);
  }
}

/** Ports and sockets change with every start. */
const withoutPlaces = (text: string): string => text.replace(/\/tmp\/\S+|\d+(\.\d+){3}:\d+/g, '…');
