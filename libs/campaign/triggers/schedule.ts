import { Fields, type Instant } from '@entente/kernel';
import { Cron } from 'croner';
import type { Known } from '../known';
import { EXPECTED_INSTANT, plannedInstant, timeZone } from '../planned-instant';
import { segmentKey, type Trigger, type TriggerKind } from './trigger';

type NextPlanned = (after: Instant) => Instant | undefined;

const EXPECTED = '{ "at": … } for one instant, or { "cron": "0 9 * * 1", "zone": "Europe/Paris" }';
const EXPECTED_CRON = 'five fields: minute, hour, day of month, month, day of week';
/** Without `?`, which croner fills in from the clock. */
const FIVE_FIELDS = /^[\dA-Za-z*,/#-]+(?: [\dA-Za-z*,/#-]+){4}$/;
/** Any instant serves to ask whether a cron line comes at all: no day it can name is rarer than a 29 February. */
const SOME_PAST: Instant = 0;

/** `{ "schedule": { "at": … } | { "cron": …, "zone": … }, "to": { "segment": "buyers" } }`: a planned instant has come. */
export const schedule: TriggerKind = {
  parse(fields, known) {
    const nextPlanned = scheduleIn(fields);
    const audience = audienceIn(fields, 'to', known);
    return nextPlanned && audience !== undefined ? plannedFor(nextPlanned, audience) : undefined;
  },
};

/** One instant: what a broadcast is started by. */
export const once =
  (at: Instant): NextPlanned =>
  (after) =>
    at > after ? at : undefined;

export function plannedFor(nextPlanned: NextPlanned, audience: string): Trigger {
  return {
    audience,
    nextPlanned,
    startedBy: (cause) => cause.kind === 'planned' && nextPlanned(cause.at - 1) === cause.at,
  };
}

/** Reads `{ "segment": "buyers" }` from a field. */
export function audienceIn(parent: Fields, name: string, known: Known): string | undefined {
  const fields = Fields.of(parent.value(name), parent.at(name), parent.problems, '{ "segment": "…" }');
  const audience = fields && segmentKey(fields, known);
  fields?.refuseOthers();
  return audience;
}

function scheduleIn(parent: Fields): NextPlanned | undefined {
  const fields = Fields.of(parent.value('schedule'), parent.at('schedule'), parent.problems, EXPECTED);
  if (!fields) return undefined;
  const nextPlanned = fields.has('cron') ? cronIn(fields) : onceIn(fields);
  fields.refuseOthers();
  return nextPlanned;
}

function onceIn(fields: Fields): NextPlanned | undefined {
  if (!fields.has('at')) return fields.wrong('at', undefined, EXPECTED_INSTANT);
  const at = plannedInstant(fields, 'at');
  return at === undefined ? undefined : once(at);
}

function cronIn(fields: Fields): NextPlanned | undefined {
  const pattern = fields.text('cron', EXPECTED_CRON);
  const zone = timeZone(fields);
  if (pattern === undefined || zone === undefined) return undefined;
  const cron = cronOf(pattern, zone);
  if (!cron) return fields.wrong('cron', pattern, EXPECTED_CRON);
  if (cron(SOME_PAST) === undefined)
    return fields.problems.add(fields.at('cron'), 'never', 'no calendar has such a day', EXPECTED_CRON);
  return cron;
}

/**
 * A cron line as clocks in a zone show the time. A line that names its times (no `*` or `/` in minute and hour) comes once a
 * day for each of them: in a repeated hour at its first pass, and a skipped time when the gap ends. A line with steps
 * runs by the time that passes: it comes in both passes of a repeated hour, and not in a skipped one.
 */
function cronOf(pattern: string, zone: string): NextPlanned | undefined {
  if (!FIVE_FIELDS.test(pattern)) return undefined;
  try {
    const cron = new Cron(pattern, {
      timezone: zone,
      mode: '5-part',
      fixedTimeRule: 'no-wildcard',
      paused: true,
    });
    return (after) => cron.nextRun(new Date(after))?.getTime();
  } catch {
    return undefined;
  }
}
