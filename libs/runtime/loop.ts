import { SECOND, type Duration } from '@entente/kernel';

/** Work that is done again and again, never twice at a time; it says how long to rest, and can be woken. */
export class Loop {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private rouse: () => void = () => undefined;
  private woken = false;

  constructor(
    private readonly work: (stop: AbortSignal) => Promise<Duration>,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Ends the rest that is, or makes the next one none. */
  wake(): void {
    this.woken = true;
    this.rouse();
  }

  /** Resolves when the work in hand is done. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      this.woken = false;
      const rest = await this.work(signal).catch((error: unknown) => {
        this.onError(error);
        return SECOND;
      });
      if (!signal.aborted && !this.woken) await this.rest(rest);
    }
  }

  private rest(length: Duration): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, length);
      this.rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
