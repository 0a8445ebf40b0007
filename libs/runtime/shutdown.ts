import type { Logger } from './logger';
import type { Settings } from './settings';

/** Ctrl-C reaches a process twice where npm passes on what the terminal sent already. */
const ONE_KEYSTROKE_MS = 1_000;

/**
 * On SIGINT or SIGTERM (or an error that nobody handled) finishes what is in hand through `close` and exits; at once on a
 * later second signal or when the time for draining is over.
 */
export function closeOnSignal(
  settings: Pick<Settings, 'drainSeconds'>,
  log: Logger,
  close: () => Promise<void>,
): void {
  let since: number | undefined;
  const stop = (code: number) => {
    if (since !== undefined) return void (performance.now() - since > ONE_KEYSTROKE_MS && process.exit(1));
    since = performance.now();
    void drained(settings.drainSeconds, log, close).then((clean) => process.exit(clean ? code : 1));
  };
  process.on('SIGINT', () => stop(0));
  process.on('SIGTERM', () => stop(0));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, 'an error that nobody handled');
      stop(1);
    });
}

async function drained(seconds: number, log: Logger, close: () => Promise<void>): Promise<boolean> {
  log.info('stopping');
  const tooLate = new Promise<'late'>((done) => setTimeout(() => done('late'), seconds * 1_000).unref());
  try {
    const inTime = (await Promise.race([close(), tooLate])) !== 'late';
    if (inTime) log.info('stopped');
    else log.error({ seconds }, 'did not finish in time');
    return inTime;
  } catch (error) {
    log.error({ err: error }, 'did not stop cleanly');
    return false;
  }
}
