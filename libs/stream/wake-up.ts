import type { Duration } from '@entente/kernel';

/** Something to wait for. Being woken while nobody waits makes the next wait return at once. */
export class WakeUp {
  private woken = false;
  private waiter: (() => void) | undefined;

  wake(): void {
    this.woken = true;
    this.waiter?.();
  }

  /** Waits until woken, or for this long at most. */
  async wait(longest: Duration): Promise<void> {
    if (!this.woken) await this.sleep(longest);
    this.woken = false;
  }

  private sleep(longest: Duration): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, longest);
      this.waiter = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
