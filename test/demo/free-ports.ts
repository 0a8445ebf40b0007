import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

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
  const chosen: Record<string, number> = {};
  for (const [name, port] of Object.entries(usual))
    chosen[name] = (await listenable(Number(process.env[name] ?? port))) ?? (await listenable(0))!;
  return chosen as Ports;
}

async function listenable(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
