import type { DataSource } from 'typeorm';
import type { Tx } from './database';

/** Reads something that never changes once for each database this process works with. */
export function onceFor<T>(read: (tx: Tx) => Promise<T>): (tx: Tx) => Promise<T> {
  const known = new WeakMap<DataSource, T>();
  return async (tx) => {
    const source = tx.manager.connection;
    const value = known.get(source) ?? (await read(tx));
    known.set(source, value);
    return value;
  };
}
