import { isObject, parseDuration } from '@entente/kernel';
import { mailSchemas } from '../behavior/mail';
import { parseNamed, seriesSchemas, type Named } from '../behavior/named';
import { bounds } from '../bounds';
import { below, type Findings } from '../findings';
import { anyOf, closed, refTo, type Schema } from '../schema/schema';
import { parseExactWindow } from '../window';

/** One step: events, how long after the step before one may come at most and at least, and what must not happen in between. */
export type Step = Named & {
  readonly within?: string;
  readonly after?: string;
  readonly without?: Named;
};

/** What must not happen for so long after the last step. */
export interface Absent {
  readonly not: Named;
  readonly within: string;
}

/** What a sequence lists: steps, behind which one that is absent may stand. */
export type Part = Step | Absent;

const isAbsent = (part: Part): part is Absent => 'not' in part;

export const stepsIn = (parts: readonly Part[]): readonly Step[] =>
  parts.filter((part): part is Step => !isAbsent(part));

export const absentIn = (parts: readonly Part[]): Absent | undefined => parts.find(isAbsent);

const expected = `a list of 2 to ${bounds.steps} steps, such as [{ "event": "Product Viewed" }, { "event": "Order Completed", "within": "P1D" }]`;

export const limitSchema: Schema = { type: 'string', example: 'P1D' };

const linkFields = ['within', 'after', 'without'];
const link = { within: limitSchema, after: limitSchema, without: refTo('Series') };

export const stepsSchema: Schema = {
  type: 'array',
  minItems: 2,
  maxItems: bounds.steps,
  items: anyOf(
    closed({ ...seriesSchemas, ...link }, ['event']),
    closed({ ...mailSchemas, ...link }, ['message']),
    {
      description: 'What must not happen for so long. Only the last step may be such a one.',
      ...closed({ not: refTo('Series'), within: limitSchema }, ['not', 'within']),
    },
  ),
};

export function parseSteps(raw: unknown, path: string, findings: Findings): Part[] | undefined {
  if (!Array.isArray(raw) || raw.length < 2 || raw.length > bounds.steps)
    return findings.add(path, 'steps', `A sequence has 2 to ${bounds.steps} steps.`, expected);
  const last = raw.length - 1;
  const parts = raw.map((part: unknown, index) => {
    const at = below(path, index);
    if (!isObject(part) || !('not' in part)) return parseStep(part, at, index === 0, findings);
    return index === last ? parseAbsent(part, at, findings) : refuseAbsent(at, findings);
  });
  return parts.includes(undefined) ? undefined : (parts as Part[]);
}

function parseStep(raw: unknown, path: string, isFirst: boolean, findings: Findings): Step | undefined {
  const series = parseNamed(raw, path, findings, isFirst ? [] : linkFields);
  if (!isObject(raw) || isFirst) return series;
  const { within, after, without } = raw;
  const gap = within === undefined ? {} : { within: parseLimit(within, below(path, 'within'), findings) };
  const least = after === undefined ? {} : { after: parseLimit(after, below(path, 'after'), findings) };
  const none =
    without === undefined ? {} : { without: parseNamed(without, below(path, 'without'), findings) };
  const step = { ...series, ...gap, ...least, ...none } as Step;
  if (!series || !isReversed(step)) return series && step;
  return findings.mistake(
    step,
    below(path, 'after'),
    'constant',
    'Nothing comes so late and within so short a time.',
    'no longer a duration than that of "within"',
  );
}

/** Whether it is to come later than it may. */
const isReversed = ({ after, within }: Step): boolean =>
  after !== undefined && within !== undefined && parseDuration(after)! > parseDuration(within)!;

function parseAbsent(
  { not, within, ...others }: Readonly<Record<string, unknown>>,
  path: string,
  findings: Findings,
): Absent | undefined {
  findings.addUnknown(others, path, ['not', 'within']);
  const named = parseNamed(not, below(path, 'not'), findings);
  const gap = parseLimit(within, below(path, 'within'), findings);
  return named && gap !== undefined ? { not: named, within: gap } : undefined;
}

const refuseAbsent = (path: string, findings: Findings): undefined =>
  findings.add(
    below(path, 'not'),
    'out-of-place',
    'What must not happen is the last step. Between two steps, the one that comes then says it.',
    '"without" in the step behind it, as in { "event": "Order Completed", "without": { "event": "Cart Emptied" } }',
  );

/** A longest time from one step to another: exact, for a day in between has no zone. */
export function parseLimit(raw: unknown, path: string, findings: Findings): string | undefined {
  if (typeof raw === 'string') return parseExactWindow(raw, path, findings);
  return findings.add(
    path,
    'duration',
    'That is no exact duration.',
    'an ISO 8601 duration of weeks, days, hours, minutes and seconds, such as "P1D"',
  );
}
