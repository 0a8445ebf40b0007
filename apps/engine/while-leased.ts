import { leaseLength } from './engine';

/** Work that may take longer than a lease, which is renewed meanwhile. */
export async function whileLeased<T>(renew: () => Promise<unknown>, work: () => Promise<T>): Promise<T> {
  const renewal = setInterval(() => void renew().catch(() => undefined), leaseLength / 3);
  return work().finally(() => clearInterval(renewal));
}
