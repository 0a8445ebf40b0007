import { isObject } from '@entente/kernel';
import { mailSchemas } from '../behavior/mail';
import { parseNamed, seriesSchemas, type Named } from '../behavior/named';
import { bounds } from '../bounds';
import { below, type Findings } from '../findings';
import { anyOf, closed, refTo, type Schema } from '../schema/schema';
import { parseExactWindow } from '../window';

/** One step: events, how long after the step before one may come, and what must not happen in between. */
export type Step = Named & {
  readonly within?: string;
  readonly without?: Named;
};

const expected = `a list of 2 to ${bounds.steps} steps, such as [{ "event": "Product Viewed" }, { "event": "Order Completed", "within": "P1D" }]`;

export const limitSchema: Schema = { type: 'string', example: 'P1D' };

const link = { within: limitSchema, without: refTo('Series') };

export const stepsSchema: Schema = {
  type: 'array',
  minItems: 2,
  maxItems: bounds.steps,
  items: anyOf(
    closed({ ...seriesSchemas, ...link }, ['event']),
    closed({ ...mailSchemas, ...link }, ['message']),
  ),
};

export function parseSteps(raw: unknown, path: string, findings: Findings): Step[] | undefined {
  if (!Array.isArray(raw) || raw.length < 2 || raw.length > bounds.steps)
    return findings.add(path, 'steps', `A sequence has 2 to ${bounds.steps} steps.`, expected);
  const steps = raw.map((step, index) => parseStep(step, below(path, index), index === 0, findings));
  return steps.includes(undefined) ? undefined : (steps as Step[]);
}

function parseStep(raw: unknown, path: string, isFirst: boolean, findings: Findings): Step | undefined {
  const series = parseNamed(raw, path, findings, isFirst ? [] : ['within', 'without']);
  if (!isObject(raw) || isFirst) return series;
  const { within, without } = raw;
  const gap = within === undefined ? {} : { within: parseLimit(within, below(path, 'within'), findings) };
  const none =
    without === undefined ? {} : { without: parseNamed(without, below(path, 'without'), findings) };
  return series && ({ ...series, ...gap, ...none } as Step);
}

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
