import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `holds` gives true; fails with the last thing it said otherwise. */
export async function eventually(holds: () => Promise<boolean> | boolean, within = 10_000): Promise<void> {
  for (const end = Date.now() + within; !(await holds()); await sleep(20))
    if (Date.now() > end) throw new Error(`did not come true within ${within} ms: ${holds.toString()}`);
}
