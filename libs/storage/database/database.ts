import type { PoolClient, QueryResult } from 'pg';
import { QueryFailedError, type DataSource, type EntityManager, type QueryRunner } from 'typeorm';

/** Statements inside one transaction (or outside of any, through `Database`). */
export interface Tx {
  /** Runs one statement and gives its rows (those of RETURNING for a write). */
  query<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** Runs one statement and gives the number of rows it touched. */
  run(sql: string, parameters?: readonly unknown[]): Promise<number>;
  /**
   * The same as `query` for a statement of a hot path, one of few fixed texts: each connection plans it once. It is sent at
   * once: several asked for together (not the same one twice) are one round trip, and are run in the order they were asked for.
   */
  prepared<Row = Record<string, unknown>>(sql: string, parameters: readonly unknown[]): Promise<Row[]>;
  /** The same as `run` for such a statement. */
  runPrepared(sql: string, parameters: readonly unknown[]): Promise<number>;
  readonly manager: EntityManager;
}

const BEGIN = 'START TRANSACTION ISOLATION LEVEL READ COMMITTED';

const byKeys = [
  'enable_seqscan = off',
  'enable_hashjoin = off',
  'enable_mergejoin = off',
  'jit = off',
  'plan_cache_mode = force_generic_plan',
]
  .map((setting) => `SET LOCAL ${setting}`)
  .join('; ');

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

/** No connection could be made, for another reason than PostgreSQL gave. */
export class DatabaseUnreachable extends Error {}

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
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.untilDone(BEGIN, work);
  }

  /**
   * The same for a transaction whose statements look rows up by their keys, row by row. A prepared statement that a connection planned
   * when a table was nearly empty would read or hash all of it, until statistics say how much it has grown. Where nothing but such a
   * reading is possible it is taken for expensive, which must not make PostgreSQL compile it. No parameter is worth another plan.
   */
  keyedTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.untilDone(`${BEGIN}; ${byKeys}`, work);
  }

  private async untilDone<T>(begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once(begin, work);
      } catch (error) {
        if (attempt >= tries || !rerunStates.has(sqlState(error) ?? '')) throw error;
      }
    }
  }

  async query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    return this.withStatements((statements) => statements.query<Row>(sql, parameters));
  }

  async run(sql: string, parameters?: readonly unknown[]): Promise<number> {
    return this.withStatements((statements) => statements.run(sql, parameters));
  }

  async prepared<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.withStatements((statements) => statements.prepared<Row>(sql, parameters));
  }

  async runPrepared(sql: string, parameters: readonly unknown[]): Promise<number> {
    return this.withStatements((statements) => statements.runPrepared(sql, parameters));
  }

  async close(): Promise<void> {
    if (this.source.isInitialized) await this.source.destroy();
  }

  private async once<T>(begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.withConnection(async (client, manager) => {
      await client.query(begin);
      const statements = new Statements(client, manager);
      try {
        const result = await work(statements);
        statements.close();
        await client.query('COMMIT');
        return result;
      } catch (error) {
        statements.close();
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  private async withStatements<T>(use: (statements: Statements) => Promise<T>): Promise<T> {
    return this.withConnection((client, manager) => use(new Statements(client, manager)));
  }

  private async withConnection<T>(
    use: (client: PoolClient, manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    const runner = this.source.createQueryRunner();
    try {
      return await use(await connected(runner), runner.manager);
    } finally {
      await runner.release();
    }
  }
}

async function connected(runner: QueryRunner): Promise<PoolClient> {
  try {
    return (await runner.connect()) as PoolClient;
  } catch (cause) {
    throw sqlState(cause) ? cause : new DatabaseUnreachable('PostgreSQL cannot be reached', { cause });
  }
}

/** SQLSTATE of whatever comes after a statement of the same transaction has failed. */
const IN_FAILED_TRANSACTION = '25P02';

/** Statements on one connection; each is sent as it is asked for, and none once its transaction is over. */
class Statements implements Tx {
  private isOver = false;
  private failure: unknown;

  constructor(
    private readonly client: PoolClient,
    readonly manager: EntityManager,
  ) {}

  close(): void {
    this.isOver = true;
  }

  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return (await this.send({ text: sql, values: [...parameters] })).rows as Row[];
  }

  async run(sql: string, parameters: readonly unknown[] = []): Promise<number> {
    return (await this.send({ text: sql, values: [...parameters] })).rowCount ?? 0;
  }

  async prepared<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    return (await this.send({ name: nameOf(sql), text: sql, values: [...parameters] })).rows as Row[];
  }

  async runPrepared(sql: string, parameters: readonly unknown[]): Promise<number> {
    return (await this.send({ name: nameOf(sql), text: sql, values: [...parameters] })).rowCount ?? 0;
  }

  /**
   * Of several statements sent together, the ones behind one that failed are refused by PostgreSQL: they fail with the cause. What
   * comes when all is over must not be sent outside of the transaction.
   */
  private async send(statement: { text: string; values: unknown[]; name?: string }): Promise<QueryResult> {
    if (this.isOver) throw new Error('a statement came after the end of its transaction');
    // What is asked for in one go is written to the socket at once: a system call, and a server that wakes up, for all of it.
    const { stream } = this.client.connection;
    stream.cork();
    process.nextTick(() => stream.uncork());
    try {
      return await this.client.query(statement);
    } catch (error) {
      if (this.failure && sqlState(error) === IN_FAILED_TRANSACTION) throw this.failure;
      this.failure = new QueryFailedError(statement.text, statement.values, error as Error);
      throw this.failure;
    }
  }
}

const names = new Map<string, string>();

/** The name under which connections know a statement. */
function nameOf(sql: string): string {
  const name = names.get(sql) ?? `hot_${names.size + 1}`;
  names.set(sql, name);
  return name;
}
