import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** TypeORM orders migrations by the 13 digits at the end of their name. */
const nameOf = (file: string): string => {
  const [number, ...words] = file.split('-');
  return `${words.join('_')}_${number!.padStart(13, '0')}`;
};

/** The migration class of `<file>.up.sql` and `<file>.down.sql` in this folder. */
export function sqlMigration(file: string): new () => MigrationInterface {
  const run = (runner: QueryRunner, direction: 'up' | 'down') =>
    runner.query(readFileSync(join(__dirname, `${file}.${direction}.sql`), 'utf8')) as Promise<void>;
  return class implements MigrationInterface {
    readonly name = nameOf(file);
    up = (runner: QueryRunner) => run(runner, 'up');
    down = (runner: QueryRunner) => run(runner, 'down');
  };
}
