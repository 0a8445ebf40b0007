import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePorts as anyFreePorts } from './any-free-ports';

const usual = {
  INGEST_PORT: 8010,
  API_PORT: 8020,
  SITE_PORT: 8030,
  ENGINE_PORT: 8040,
  SENDER_PORT: 8050,
  CATCHER_SMTP_PORT: 8025,
  INBOX_PORT: 8026,
};
export type Ports = Readonly<Record<keyof typeof usual, number>>;

/** The ports of the settings, and others where somebody has them. */
export async function freePorts(): Promise<Ports> {
  const others = await anyFreePorts(Object.keys(usual).length);
  const chosen: Record<string, number> = {};
  for (const [place, [name, usually]] of Object.entries(usual).entries()) {
    const port = Number(process.env[name] ?? usually);
    chosen[name] = port > 0 && (await isFree(port)) ? port : others[place]!;
  }
  return chosen as Ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
