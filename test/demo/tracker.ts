import { Analytics } from '@segment/analytics-node';
import type { ShopCall } from './web-shop';

/** Batches of a hundred, so few that the SDK has no more than ten in the air. */
const AT_ONCE = 900;

/** The shop's web server, which reports through the official SDK. */
export class Tracker {
  private readonly analytics: Analytics;
  /** Calls that Entente has confirmed. */
  confirmed = 0;

  constructor(host: string, writeKey: string) {
    this.analytics = new Analytics({ writeKey, host, flushAt: 100, flushInterval: 100, maxRetries: 20 });
  }

  /** Sends calls and waits until each is confirmed. Rejects when the SDK gave one up. */
  async send(
    calls: readonly ShopCall[],
    onProgress: (done: number) => void = () => undefined,
  ): Promise<void> {
    for (let start = 0; start < calls.length; start += AT_ONCE) {
      const before = start;
      let done = 0;
      const told = () => onProgress(before + (done += 1));
      await Promise.all(calls.slice(start, start + AT_ONCE).map((call) => this.one(call).then(told)));
    }
  }

  close(): Promise<void> {
    return this.analytics.closeAndFlush({ timeout: 5_000 });
  }

  private one({
    call,
    userId,
    anonymousId,
    event,
    properties,
    traits,
    at,
    messageId,
  }: ShopCall): Promise<void> {
    const who = { userId: userId!, ...(anonymousId && { anonymousId }) };
    const common = { ...who, timestamp: at, messageId };
    return new Promise<void>((confirm, fail) => {
      const answered = (error?: unknown) =>
        error ? fail(new Error(`given up: ${String(error)}`)) : confirm();
      if (call === 'identify') this.analytics.identify({ ...common, traits }, answered);
      else if (call === 'page') this.analytics.page({ ...common, properties }, answered);
      else this.analytics.track({ ...common, event: event!, properties }, answered);
    }).then(() => {
      this.confirmed += 1;
    });
  }
}
