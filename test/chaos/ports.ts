import { once } from 'node:events';
import { createServer } from 'node:net';

const FIRST = 12_000;
const LAST = 30_000;

/**
 * Free ports outside of the range that outgoing connections get theirs from: between the choice and the start of a process, and
 * while it is dead, none of these is taken.
 */
export async function lastingPorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let port = FIRST + Math.floor(Math.random() * (LAST - FIRST)); ports.length < count; port += 1)
    if (await isFree(port)) ports.push(port);
  return ports;
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
