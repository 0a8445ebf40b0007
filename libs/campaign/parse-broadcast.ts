import { DAY, Fields, Problems } from '@entente/kernel';
import { withRules, type Campaign } from './campaign';
import type { Known } from './known';
import { readSender, type Parsed } from './parse-campaign';
import { plannedInstant } from './planned-instant';
import { mailOf } from './steps';
import { templateName } from './template-name';
import { audienceIn, once, plannedFor } from './triggers';

/** The step that a broadcast's messages are recorded under. */
const MAIL_STEP = 'mail';

/**
 * Reads a broadcast's definition, or tells every problem in it at its JSON path. It enrolls each contact at most once,
 * whatever instants it is planned for in its life.
 */
export function parseBroadcast(json: unknown, known: Known): Parsed {
  const problems = new Problems();
  const fields = Fields.of(json, '', problems, 'a broadcast');
  const campaign = fields && readBroadcast(fields, known);
  fields?.refuseOthers();
  return campaign && problems.found.length === 0 ? { campaign } : { problems: problems.found };
}

function readBroadcast(fields: Fields, known: Known): Campaign | undefined {
  const sender = readSender(fields, known);
  const audience = audienceIn(fields, 'audience', known);
  const template = templateName(fields, 'template', known);
  const at = plannedInstant(fields, 'at');
  if (!sender || audience === undefined || !template || at === undefined) return undefined;
  return withRules({
    kind: 'broadcast',
    ...sender,
    triggers: [plannedFor(once(at), audience)],
    reentry: 'never',
    maxAge: DAY,
    steps: [mailOf(MAIL_STEP, template)],
  });
}
