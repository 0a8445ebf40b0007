export { type ImportCounts } from './apply-rows';
export { inspectCsv, type Bytes, type CsvFormat, type InspectedCsv } from './csv-file';
export { dryRun, type DryRun } from './dry-run';
export { createImport, importProblems } from './import-jobs';
export { ImportWorker } from './import-worker';
export { parsePlan, type ImportPlan, type KnownToImports } from './plan';
export { columnProblems, type RowProblem } from './read-row';
