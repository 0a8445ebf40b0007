import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** What the server does at one point: answers, says nothing, breaks off, or answers a byte at a time. */
export type Fault = string | 'hang' | 'drop' | { readonly slowly: string } | { readonly thenReset: string };

export interface Script {
  readonly greeting?: Fault;
  readonly EHLO?: Fault;
  readonly HELO?: Fault;
  readonly MAIL?: Fault;
  readonly RCPT?: Fault;
  readonly DATA?: Fault;
  /** After this many bytes of the content. */
  readonly midData?: { readonly bytes: number; readonly fault: Fault };
  readonly final?: Fault;
  readonly RSET?: Fault;
}

export interface FaultServer {
  readonly url: string;
  /** Commands received, over all connections. */
  readonly commands: string[];
  script: Script;
  close(): Promise<void>;
}

const usual: Record<string, Fault> = {
  greeting: '220 fault ready',
  EHLO: '250-fault\r\n250 PIPELINING',
  HELO: '250 fault',
  MAIL: '250 2.1.0 ok',
  RCPT: '250 2.1.5 ok',
  DATA: '354 go on',
  final: '250 2.0.0 taken',
  RSET: '250 2.0.0 ok',
  QUIT: '221 2.0.0 bye',
};

/** An SMTP server that misbehaves as told. */
export async function startFaultServer(script: Script = {}): Promise<FaultServer> {
  const sockets = new Set<Socket>();
  const commands: string[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    new Session(socket, () => faults.script, commands);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const faults: FaultServer = {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    commands,
    script,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
  return faults;
}

class Session {
  private pending = '';
  private inData = false;
  private deaf = false;

  constructor(
    private readonly socket: Socket,
    private readonly script: () => Script,
    private readonly commands: string[],
  ) {
    this.act('greeting');
    socket.on('data', (chunk) => this.take(chunk.toString('latin1')));
  }

  private take(text: string): void {
    if (this.deaf) return;
    this.pending += text;
    for (;;) {
      if (this.inData) {
        if (!this.takeData()) return;
        continue;
      }
      const end = this.pending.indexOf('\r\n');
      if (end < 0) return;
      const command = this.pending.slice(0, end);
      this.pending = this.pending.slice(end + 2);
      this.obey(command);
    }
  }

  private obey(command: string): void {
    this.commands.push(command);
    const verb = command.slice(0, 4).toUpperCase();
    this.act(verb);
    if (verb === 'QUIT') this.socket.end();
    if (verb !== 'DATA') return;
    const given = this.script();
    const refused = [given.MAIL, given.RCPT].some(
      (fault) => typeof fault === 'string' && /^[45]/.test(fault),
    );
    this.inData = !refused && String(given.DATA ?? usual['DATA']).startsWith('354');
  }

  private takeData(): boolean {
    const { midData } = this.script();
    const end = this.pending.indexOf('\r\n.\r\n');
    if (midData && this.pending.length >= midData.bytes) {
      this.perform(midData.fault);
      this.deaf = true;
      return false;
    }
    if (end < 0) return false;
    this.pending = this.pending.slice(end + 5);
    this.inData = false;
    this.commands.push('.');
    this.act('final');
    return true;
  }

  private act(point: string): void {
    const script = this.script() as Record<string, Fault | undefined>;
    const given = this.script();
    const refused = [given.MAIL, given.RCPT].some(
      (fault) => typeof fault === 'string' && /^[45]/.test(fault),
    );
    if (point === 'DATA' && refused) return this.perform('503 5.5.1 no valid recipients');
    this.perform(script[point] ?? usual[point] ?? '502 5.5.2 what');
  }

  private perform(fault: Fault): void {
    if (fault === 'hang') return;
    if (fault === 'drop') return void this.socket.destroy();
    if (typeof fault === 'string') return void this.socket.write(`${fault}\r\n`);
    if ('slowly' in fault) return this.writeSlowly(`${fault.slowly}\r\n`);
    this.socket.write(`${fault.thenReset}\r\n`, () => this.socket.resetAndDestroy());
  }

  private writeSlowly(text: string): void {
    if (text === '') return;
    this.socket.write(text[0]!);
    setTimeout(() => this.writeSlowly(text.slice(1)), 10);
  }
}
