import { startCatcher, type Catcher } from '@entente/mailer';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { emptyFolder } from './empty-folder';
import { Entente } from './entente';
import { freePorts, type Ports } from './free-ports';

export interface Keys {
  readonly web: string;
  readonly server: string;
  readonly admin: string;
}

/** A mail that the inbox lost would look like one that was never sent. */
const MAILS_KEPT = 1_000_000;

/**
 * Entente in a process of its own, which the demo talks to over HTTP only. The inbox lives here, as the mail servers of recipients live
 * apart from who writes to them. When the process is killed, it is started again: it must go on where it ended.
 */
export class Place {
  /** How often it was killed and started again. */
  restarts = 0;
  /** How often it came back from that. */
  returns = 0;
  /** What ended it that no kill explains. */
  readonly crashes: string[] = [];
  /** Rejects when it cannot be started again. */
  readonly lost: Promise<never>;
  private stopping = false;

  private constructor(
    readonly dataDir: string,
    private readonly ports: Ports,
    private readonly catcher: Catcher,
    private entente: Entente,
    private readonly settings: Readonly<Record<string, string | number>>,
    private readonly warn: (text: string) => void,
  ) {
    this.lost = new Promise((_, fail) => void this.watch(entente).catch(fail));
    this.lost.catch(() => undefined);
  }

  /** Starts everything on an empty folder. `warn` gets what it complains about while it runs. */
  static async open(folder: string, warn: (text: string) => void): Promise<Place> {
    const dataDir = resolve(folder);
    await emptyFolder(dataDir);
    const ports = await freePorts();
    const { CATCHER_SMTP_PORT: smtpPort, INBOX_PORT: inboxPort } = ports;
    const catcher = await startCatcher({ smtpPort, inboxPort, host: '127.0.0.1', keep: MAILS_KEPT });
    const settings = {
      ...ports,
      DATA_DIR: dataDir,
      SMTP_URL: catcher.smtpUrl,
      KAFKA_TOPIC: `entente.demo-${Date.now()}`,
    };
    const entente = new Entente(settings, warn);
    await entente.ready();
    return new Place(dataDir, ports, catcher, entente, settings, warn);
  }

  get inbox(): string {
    return this.catcher.inboxUrl;
  }

  /** Where an app answers. */
  url(app: 'INGEST' | 'API' | 'SITE' | 'ENGINE' | 'SENDER'): string {
    return `http://localhost:${this.ports[`${app}_PORT`]}`;
  }

  get keys(): Keys {
    return JSON.parse(readFileSync(join(this.dataDir, 'keys.json'), 'utf8')) as Keys;
  }

  kill(): void {
    this.entente.signal('SIGKILL');
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.entente.signal('SIGINT');
    await this.entente.ended;
    await this.catcher.close();
  }

  private async watch(first: Entente): Promise<void> {
    for (let running = first; ; running = this.entente) {
      const how = await running.ended;
      if (this.stopping) return;
      if (how !== 'SIGKILL') this.crashes.push(how);
      this.restarts += 1;
      await this.startAgain(how);
    }
  }

  private async startAgain(how: string): Promise<void> {
    const start = performance.now();
    this.entente = new Entente(this.settings, this.warn);
    await this.entente.ready();
    this.returns += 1;
    const seconds = ((performance.now() - start) / 1_000).toFixed(1);
    this.warn(`Entente was ended by ${how}, and is back after ${seconds} s`);
  }
}
