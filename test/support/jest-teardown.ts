import { removeRun } from './jest-setup';

export default async function teardown(): Promise<void> {
  const folder = process.env['ENTENTE_TEST_RUN'];
  if (folder) await removeRun(folder);
}
