import type { Clock } from '@entente/kernel';

const WINDOW = 60_000;
const ALLOWED = 20;
const REMEMBERED = 10_000;

/** Counts wrong keys per client address: after 20 in a minute the client waits for the minute's end. */
export class FailedKeys {
  private readonly clients = new Map<string, { since: number; count: number }>();

  constructor(private readonly clock: Clock) {}

  /** Seconds that this client must wait before its next try; 0 when it may try. */
  wait(client: string): number {
    const failed = this.clients.get(client);
    const left = failed ? failed.since + WINDOW - this.clock.now() : 0;
    return failed && left > 0 && failed.count >= ALLOWED ? Math.ceil(left / 1000) : 0;
  }

  add(client: string): void {
    const now = this.clock.now();
    const failed = this.clients.get(client);
    if (failed && failed.since + WINDOW > now) failed.count += 1;
    else this.start(client, now);
  }

  private start(client: string, now: number): void {
    this.clients.delete(client);
    this.clients.set(client, { since: now, count: 1 });
    if (this.clients.size > REMEMBERED) this.clients.delete(this.clients.keys().next().value!);
  }
}
