import { SECOND, type Duration } from '@entente/kernel';

/** Work that is done again and again, never twice at a time; it says how long to rest, and can be woken. */
export class Loop {
  private stopped = false;
  private running: Promise<void> = Promise.resolve();
  private rouse: (() => void) | undefined;
  private woken = false;

  constructor(
    private readonly work: () => Promise<Duration>,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Ends the rest that is, or makes the next one none. */
  wake(): void {
    this.woken = true;
    this.rouse?.();
  }

  /** Resolves when the work in hand is done. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      this.woken = false;
      const rest = await this.work().catch((error: unknown) => {
        this.onError(error);
        return SECOND;
      });
      if (!this.stopped && !this.woken) await this.sleep(rest);
    }
  }

  private async sleep(rest: Duration): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.rouse = resolve;
      timer = setTimeout(resolve, rest);
    });
    clearTimeout(timer);
    this.rouse = undefined;
  }
}
