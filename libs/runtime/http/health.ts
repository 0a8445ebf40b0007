import type { Resources } from '../resources';

/** Looks whether something works, and gives details worth showing; rejects when it does not. */
export type HealthCheck = () => Promise<Readonly<Record<string, unknown>> | undefined>;
export type HealthChecks = Readonly<Record<string, HealthCheck>>;

interface CheckResult {
  readonly status: 'ok' | 'failing';
  readonly milliseconds: number;
}

export interface Health {
  readonly status: 'ok' | 'failing';
  readonly checks: Readonly<Record<string, CheckResult>>;
}

const PATIENCE_MS = 3_000;

/** The checks that each app makes: its database and its stream answer. */
export const resourceChecks = ({ database, stream }: Resources): HealthChecks => ({
  database: async () => {
    await database.query('SELECT 1');
    return undefined;
  },
  stream: async () => ({ partitions: (await stream.bounds()).size }),
});

/** Makes every check at once, each within three seconds. */
export async function healthOf(checks: HealthChecks): Promise<Health> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await resultOf(check)] as const),
  );
  const failing = results.some(([, result]) => result.status === 'failing');
  return { status: failing ? 'failing' : 'ok', checks: Object.fromEntries(results) };
}

async function resultOf(check: HealthCheck): Promise<CheckResult> {
  const start = performance.now();
  const took = () => Math.round(performance.now() - start);
  try {
    const details = await withinPatience(check());
    return { status: 'ok', milliseconds: took(), ...details };
  } catch {
    return { status: 'failing', milliseconds: took() };
  }
}

async function withinPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error('no answer')), PATIENCE_MS);
  });
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
}
