// `npm test`: everything that is checked, one after the other, with a summary at the end. Arguments go to Jest.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { prepare, root } from './prepare.mjs';

const inCi = process.env['CI'] === 'true';
const total = { passed: 0, failed: 0 };
const failures = [];

function count(name, passed, failed) {
  total.passed += passed;
  total.failed += failed;
  if (failed > 0) failures.push(name);
}

/** Runs a tool of node_modules with its output shown; whether it succeeded. */
function succeeds(name, tool, args) {
  const start = Date.now();
  process.stdout.write(`\n── ${name}\n`);
  const { status } = spawnSync(join(root, 'node_modules', '.bin', tool), args, {
    cwd: root,
    stdio: 'inherit',
  });
  const seconds = ((Date.now() - start) / 1_000).toFixed(1);
  process.stdout.write(`── ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${seconds} s\n`);
  return status === 0;
}

function check(name, tool, args) {
  const passed = succeeds(name, tool, args);
  count(name, Number(passed), Number(!passed));
}

function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'entente-report-'));
  const file = join(folder, 'jest.json');
  const passed = succeeds('tests', 'jest', ['--json', `--outputFile=${file}`, ...args]);
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const failed = (report.numFailedTests ?? 0) + (report.numRuntimeErrorTestSuites ?? 0);
  count('tests', report.numPassedTests ?? 0, passed ? 0 : Math.max(failed, 1));
  rmSync(folder, { recursive: true, force: true });
}

/** Something that not every machine has: without it its tests are left out, and in CI that is a failure. */
function expectHere(what, isHere, leftOut) {
  if (isHere) return;
  process.stdout.write(`No ${what} here: ${leftOut} are left out.\n`);
  if (inCi) count(`${what} (must be there when CI=true)`, 0, 1);
}

const path = (process.env['PATH'] ?? '').split(delimiter);
const hasCommand = (...names) => names.some((name) => path.some((folder) => existsSync(join(folder, name))));

process.chdir(root);
prepare();
expectHere(
  'Kafka (KAFKA_BROKERS, or Java 17 and Maven)',
  Boolean(process.env['KAFKA_BROKERS']) || (hasCommand('java') && hasCommand('mvn')),
  'the tests on it',
);
expectHere('Chromium', hasCommand('chromium', 'chromium-browser', 'google-chrome'), 'the page tests');
check('format', 'prettier', ['--check', '--log-level=warn', '.']);
check('lint', 'eslint', ['.']);
check('types', 'tsc', ['--noEmit', '-p', '.']);
check('boundaries', 'depcruise', ['apps', 'libs', 'migrations', 'test']);
check('unused', 'knip', []);
runTests([`--maxWorkers=${availableParallelism()}`, ...process.argv.slice(2)]);
if (failures.length > 0) process.stdout.write(`\nFailed: ${failures.join(', ')}\n`);
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed > 0 ? 1 : 0;
