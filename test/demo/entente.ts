import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(__dirname, '..', '..', '..');
/** The demo brings its own database and catches its own mail, whatever this shell is set up for; Kafka it uses where there is one. */
const notForUs = [
  ...['DATABASE_URL', 'MIGRATION_DATABASE_URL', 'SMTP_URL', 'PUBLIC_URL', 'HOST', 'NODE_ENV'],
  ...['ALLOWED_RECIPIENTS', 'TRACKING', 'LOG_LEVEL'],
];

/** It ended before it served. */
export class NotStarted extends Error {}

/** One process of Entente, started as `npm start` does. */
export class Entente {
  private readonly child: ChildProcess;
  /** What it complained about before it served. */
  private readonly said: string[] = [];
  private serves = false;
  /** How it ended: a signal, or an exit code. */
  readonly ended: Promise<string>;
  private readonly greeted: Promise<void>;

  constructor(settings: Readonly<Record<string, string | number>>, warn: (text: string) => void) {
    this.child = spawn(process.execPath, [join(root, 'scripts', 'start.mjs')], {
      cwd: root,
      env: environment(settings),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = once(this.child, 'exit').then(([code, signal]) => String(signal ?? `code ${code}`));
    this.greeted = new Promise((done) => {
      createInterface({ input: this.child.stdout! }).on('line', (line) => {
        this.serves ||= line.includes('Ctrl-C stops everything');
        if (this.serves) done();
      });
    });
    createInterface({ input: this.child.stderr! }).on('line', (line) => {
      const complaint = complaintIn(line);
      if (this.serves) warn(complaint);
      else this.said.push(complaint);
    });
  }

  /** Settles when it serves; rejects with what it said when it ends instead. */
  async ready(): Promise<void> {
    const failed = this.ended.then((how) => {
      throw new NotStarted(`Entente did not start (${how}).\n${this.said.slice(-20).join('\n')}`);
    });
    failed.catch(() => undefined);
    await Promise.race([this.greeted, failed]);
  }

  signal(signal: 'SIGINT' | 'SIGKILL'): void {
    this.child.kill(signal);
  }
}

/** `npm_lifecycle_event` makes the process end with this one, should this one be killed. */
function environment(settings: Readonly<Record<string, string | number>>): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !notForUs.includes(name));
  const given = Object.entries(settings).map(([name, value]) => [name, String(value)]);
  return { ...Object.fromEntries([...ours, ...given]), npm_lifecycle_event: 'demo' };
}

/** What a line of the log says, or the line itself. */
function complaintIn(line: string): string {
  try {
    const { level, app, msg, err } = JSON.parse(line) as Record<string, unknown>;
    const cause = (err as { message?: string } | undefined)?.message;
    return [level, app, msg, cause].filter(Boolean).join(' · ').slice(0, 300);
  } catch {
    return line.slice(0, 300);
  }
}
