import type { Known } from '../known';
import { Fields, type Problems } from '@entente/kernel';
import { branch } from './branch';
import { exit } from './exit';
import { send } from './send';
import type { Step, StepKind } from './step';
import { wait } from './wait';

export { mailOf } from './send';
export type { Arrival, Effect, Step, Stimulus, TemplateName, Way } from './step';

/** By the field that makes a step one of them. A new kind is one file and one line here. */
export const stepKinds = { send, wait, branch, exit } satisfies Record<string, StepKind>;
type StepKindName = keyof typeof stepKinds;

const kindNames = Object.keys(stepKinds) as StepKindName[];
const EXPECTED_KIND = `exactly one of ${kindNames.join(', ')}`;
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const EXPECTED_ID =
  'up to 64 letters, digits, dots, underscores and hyphens, beginning with a letter or digit';

/** Reads one step; undefined after it has told every problem. */
export function parseStep(value: unknown, path: string, known: Known, problems: Problems): Step | undefined {
  const fields = Fields.of(value, path, problems, 'a step');
  if (!fields) return undefined;
  const id = stepId(fields);
  const next = fields.optionalText('next', "a step's id");
  const kind = kindOf(fields);
  const parts = kind && stepKinds[kind].parse(fields, id ?? '', known);
  if (kind) fields.refuseOthers();
  if (parts?.ends && next) problems.add(fields.at('next'), 'unreachable', 'nothing comes after this step');
  return kind && parts && id ? { id, kind, ...(next ? { next } : {}), ...parts } : undefined;
}

function stepId(fields: Fields): string | undefined {
  const id = fields.text('id', EXPECTED_ID);
  return id === undefined || ID.test(id) ? id : fields.wrong('id', id, EXPECTED_ID);
}

function kindOf(fields: Fields): StepKindName | undefined {
  const kinds = kindNames.filter((name) => fields.has(name));
  if (kinds.length === 1) return kinds[0];
  const message = kinds.length === 0 ? 'the step does nothing' : `the step is ${kinds.join(' and ')} at once`;
  return fields.problems.add(fields.path, 'unknown-step-kind', message, EXPECTED_KIND);
}
