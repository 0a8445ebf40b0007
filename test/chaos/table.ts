import type { Report } from '../demo/marketing-api';
import type { Findings } from './checks/findings';

export interface Outcome {
  readonly figures: Readonly<Record<string, number>>;
  readonly blows: ReadonlyMap<string, number>;
  readonly findings: Findings;
  readonly reports: ReadonlyMap<string, Report>;
  /** What processes said at level error and worse. */
  readonly complaints: ReadonlyMap<string, number>;
}

const MOST_FAULTS = 8;

/** What happened, what became of every mail, and which promises hold. */
export function showOutcome({ figures, blows, findings, reports, complaints }: Outcome): string {
  const lines = [
    heading('what happened'),
    ...rows(Object.entries(figures)),
    heading('blows'),
    ...rows([...blows].sort()),
    ...(reports.size > 0 ? [heading('reports')] : []),
    ...[...reports].map(([path, { audience, notQueued, sent, unknown, refused, expired }]) => {
      const kept = Object.values(notQueued).reduce((sum, count) => sum + count, 0);
      return `  ${path.padEnd(22)} audience ${audience} = not queued ${kept} + sent ${sent} + unknown ${unknown} + refused ${refused} + expired ${expired}`;
    }),
    ...(complaints.size > 0 ? [heading('errors logged'), ...rows([...complaints].sort())] : []),
    heading('promises'),
    ...findings.all.flatMap(({ promise, truth, cases, faults }) => [
      `  ${faults.length === 0 ? '✓' : '✗'} ${promise}  ${truth} (${cases.toLocaleString('en-US')})`,
      ...faults.slice(0, MOST_FAULTS).map((fault) => `       ${fault}`),
      ...(faults.length > MOST_FAULTS ? [`       … ${faults.length} in all`] : []),
    ]),
    '',
    findings.broken.length === 0
      ? `OK: ${findings.all.length} checks hold.`
      : `NOT OK: ${findings.broken.length} of ${findings.all.length} checks do not hold.`,
  ];
  return lines.join('\n');
}

const heading = (text: string): string => `\n${text}`;

function rows(entries: readonly (readonly [string, number])[]): string[] {
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(([name, count]) => `  ${name.padEnd(width)}  ${count.toLocaleString('en-US')}`);
}
