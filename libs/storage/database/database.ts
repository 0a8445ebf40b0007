import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';

/** Statements inside one transaction (or outside of any, through `Database`). */
export interface Tx {
  /** Runs one statement and gives its rows (those of RETURNING for a write). */
  query<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** Runs one statement and gives the number of rows it touched. */
  run(sql: string, parameters?: readonly unknown[]): Promise<number>;
  readonly manager: EntityManager;
}

const tries = 8;

/** SQLSTATEs after which the whole transaction runs again: serialization failure, deadlock. */
const rerunStates = new Set(['40001', '40P01']);

/** A class of the standard or of PostgreSQL, and three more: the names of system errors (EPIPE) look much the same. */
const sqlStates = /^(?:[0-9][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;

/** The SQLSTATE of an error that PostgreSQL answered, if it is one. */
export function sqlState(error: unknown): string | undefined {
  const { driverError, code: own } = (error ?? {}) as { driverError?: { code?: unknown }; code?: unknown };
  const code = driverError?.code ?? own;
  return typeof code === 'string' && sqlStates.test(code) ? code : undefined;
}

/** One PostgreSQL, through TypeORM's pool. */
export class Database implements Tx {
  constructor(readonly source: DataSource) {}

  get manager(): EntityManager {
    return this.source.manager;
  }

  /**
   * Runs `work` in a READ COMMITTED transaction, and again from the start after a serialization failure or a deadlock:
   * `work` must have no effect outside of `tx`.
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once(work);
      } catch (error) {
        if (attempt >= tries || !rerunStates.has(sqlState(error) ?? '')) throw error;
      }
    }
  }

  async query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    return this.withRunner((runner) => transactionOn(runner).query<Row>(sql, parameters));
  }

  async run(sql: string, parameters?: readonly unknown[]): Promise<number> {
    return this.withRunner((runner) => transactionOn(runner).run(sql, parameters));
  }

  async close(): Promise<void> {
    if (this.source.isInitialized) await this.source.destroy();
  }

  private async once<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.withRunner(async (runner) => {
      await runner.startTransaction('READ COMMITTED');
      try {
        const result = await work(transactionOn(runner));
        await runner.commitTransaction();
        return result;
      } catch (error) {
        if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
        throw error;
      }
    });
  }

  private async withRunner<T>(use: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const runner = this.source.createQueryRunner();
    try {
      return await use(runner);
    } finally {
      await runner.release();
    }
  }
}

function transactionOn(runner: QueryRunner): Tx {
  const send = (sql: string, parameters: readonly unknown[] = []) => runner.query(sql, [...parameters], true);
  return {
    manager: runner.manager,
    query: async <Row>(sql: string, parameters?: readonly unknown[]) =>
      (await send(sql, parameters)).records as Row[],
    run: async (sql, parameters) => (await send(sql, parameters)).affected ?? 0,
  };
}
