import { DAY, type Duration, Fields, parseDuration, type Problem, Problems, SECOND } from '@entente/kernel';
import { reentries, withRules, type Campaign, type Reentry } from './campaign';
import { checkWalk } from './check-walk';
import type { Known } from './known';
import { parseStep, type Step } from './steps';
import { parseTrigger, topicKey, type Trigger } from './triggers';

export type Parsed = { readonly campaign: Campaign } | { readonly problems: readonly Problem[] };

const MOST_TRIGGERS = 20;
const MOST_STEPS = 200;
const DEFAULT_MAX_AGE = DAY;
const LONGEST_MAX_AGE = 3_650 * DAY;
const EXPECTED_MAX_AGE = 'an ISO 8601 duration from PT1S to P3650D, without months or years';

/** Reads a campaign's definition, or tells every problem in it at its JSON path. */
export function parseCampaign(json: unknown, known: Known): Parsed {
  const problems = new Problems();
  const fields = Fields.of(json, '', problems, 'a campaign');
  const campaign = fields && readCampaign(fields, known);
  fields?.refuseOthers();
  return campaign && problems.found.length === 0 ? { campaign } : { problems: problems.found };
}

function readCampaign(fields: Fields, known: Known): Campaign | undefined {
  const sender = readSender(fields, known);
  const triggers = readTriggers(fields, known);
  const reentry = readReentry(fields);
  const maxAge = readMaxAge(fields);
  const steps = readSteps(fields, known);
  if (!sender || !triggers || !reentry || maxAge === undefined || !steps) return undefined;
  return withRules({ kind: 'campaign', ...sender, triggers, reentry, maxAge, steps });
}

/** Who writes, and about what: the fields that campaigns and broadcasts share. */
export function readSender(
  fields: Fields,
  known: Known,
): Pick<Campaign, 'name' | 'topic' | 'from'> | undefined {
  const name = fields.optionalText('name', 'a name of up to 200 characters');
  const topic = topicKey(fields, known);
  const from = fields.text('from', "a from address's key");
  if (from !== undefined && !known.from(from))
    return fields.problems.add(fields.at('from'), 'unknown-from', `there is no from address ${from}`);
  return topic && from ? { ...(name ? { name } : {}), topic, from } : undefined;
}

function readTriggers(fields: Fields, known: Known): Trigger[] | undefined {
  const entries = fields.list('triggers', MOST_TRIGGERS, `a list of one to ${MOST_TRIGGERS} triggers`);
  const triggers = entries.map((entry, index) =>
    parseTrigger(entry, `${fields.at('triggers')}[${index}]`, known, fields.problems),
  );
  return allOf(triggers);
}

function readSteps(fields: Fields, known: Known): Step[] | undefined {
  const entries = fields.list('steps', MOST_STEPS, `a list of one to ${MOST_STEPS} steps`);
  const steps = allOf(
    entries.map((entry, index) =>
      parseStep(entry, `${fields.at('steps')}[${index}]`, known, fields.problems),
    ),
  );
  if (steps) checkWalk(steps, fields.problems);
  return steps;
}

function allOf<T>(items: readonly (T | undefined)[]): T[] | undefined {
  return items.length > 0 && items.every((item) => item !== undefined) ? (items as T[]) : undefined;
}

/** Coming in once is the default: in doubt nobody is written to twice. */
function readReentry(fields: Fields): Reentry | undefined {
  if (!fields.has('reentry')) return 'never';
  const value = fields.value('reentry');
  return reentries.find((name) => name === value) ?? fields.wrong('reentry', value, reentries.join(', '));
}

function readMaxAge(fields: Fields): Duration | undefined {
  const text = fields.optionalText('maxAge', EXPECTED_MAX_AGE);
  if (!fields.has('maxAge')) return DEFAULT_MAX_AGE;
  const age = text === undefined ? undefined : parseDuration(text);
  if (text === undefined || (age !== undefined && age >= SECOND && age <= LONGEST_MAX_AGE)) return age;
  return fields.wrong('maxAge', text, EXPECTED_MAX_AGE);
}
