import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** Below the ports that systems give to whoever asks for any: such a one might be given away before it is used. */
const [LOWEST, HIGHEST] = [10_000, 32_000];

/** Ports of the loopback interface that nobody listens on, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  while (held.length < count) held.push(...(await holding(randomInt(LOWEST, HIGHEST))));
  const ports = held.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(held.map((server) => once(server.close(), 'close')));
  return ports;
}

/** A server on a port; none where somebody else is. */
async function holding(port: number): Promise<Server[]> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return [server];
  } catch {
    return [];
  }
}
