import { importPlan } from './crm-export';
import type { ImportCounts } from './marketing-api';
import { count, counted } from './screen';
import type { World } from './world';

const shown = ({ rows, created, updated, refused, grants, withdrawals }: ImportCounts) => ({
  rows,
  created,
  updated,
  refused,
  grants,
  withdrawals,
});

const sentence = ({ rows, created, updated, refused, grants, withdrawals }: ImportCounts): string =>
  `${count(rows)} rows: ${count(created)} new, ${count(updated)} known, ${count(refused)} refused; ` +
  `${count(grants)} permissions given, ${count(withdrawals)} taken back`;

/** First counts what an import would do, then does it. */
export async function importCustomers(world: World): Promise<void> {
  const { api, crm, screen, checks, engine } = world;
  screen.line(
    `${count(crm.file.length)} bytes of Latin-1 with semicolons, decimal commas and the usual mess`,
  );
  const dry = await api.dryRun(crm.file, importPlan);
  screen.line(`dry run  ${sentence(dry)}`);
  screen.line(`         ${firstProblems(dry)}`);
  const real = await api.import(crm.file, importPlan, (rows) => screen.progress('rows', rows, crm.rows));
  screen.line(`import   ${sentence(real)}`);
  await engine.settled((behind) =>
    screen.waiting(`contacts are put together, ${behind.toFixed(1)} s behind`),
  );
  const people = crm.customers.length;
  checks.same('the import did what its dry run said', shown(real), shown(dry));
  checks.that(
    `${count(people)} customers, ${count(crm.duplicates)} duplicates and ${count(crm.wrong)} wrong addresses were told apart`,
    real.created === people && real.updated === crm.duplicates && real.refused === crm.wrong,
    shown(real),
  );
}

function firstProblems({ problems }: ImportCounts): string {
  const codes: Record<string, number> = {};
  for (const { code } of problems) codes[code] = (codes[code] ?? 0) + 1;
  const [first] = problems;
  const example = first ? `, such as row ${first.row}, ${first.column}: ${first.code}` : '';
  return `its first ${problems.length} problems: ${counted(codes)}${example}`;
}
