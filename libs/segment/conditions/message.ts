import type { FeedbackName } from '@entente/event';
import { below, quote, type Findings } from '../findings';
import { event, type EventCondition } from './event';
import { parseFutureKey, parseName, parseWord } from './key';
import { text, word } from '../schema/schema';
import type { ConditionKind } from './kind';
import { howOftenFields, howOftenSchemas, ownEvent, parseHowOften, type HowOften } from './own-event';

type Engagement = 'sent' | 'delivered' | 'opened' | 'clicked' | 'bounced' | 'unsubscribed';
type By = 'people' | 'anybody';

/** `{ "message": "clicked", "sentBy": "welcome", "within": "P30D" }`: what became of mails to somebody. */
export type MessageCondition = HowOften & {
  readonly message: Engagement;
  readonly sentBy?: string;
  readonly template?: string;
  readonly link?: string;
  readonly by?: By;
};

/** The event that tells of it, and which of the fields `by` and `link` may stand with it. */
const engagements: Readonly<Record<Engagement, { name: FeedbackName; takes: readonly ('by' | 'link')[] }>> = {
  sent: { name: 'Email Sent', takes: [] },
  delivered: { name: 'Email Delivered', takes: [] },
  opened: { name: 'Email Opened', takes: ['by'] },
  clicked: { name: 'Email Clicked', takes: ['by', 'link'] },
  bounced: { name: 'Email Bounced', takes: [] },
  unsubscribed: { name: 'Unsubscribed', takes: [] },
};
const words = Object.keys(engagements) as Engagement[];

/** Clicks and opens of machines are told too, and count where `by` says so. */
const verdicts: Readonly<Record<By, string | undefined>> = { people: 'human', anybody: undefined };

export const message: ConditionKind<MessageCondition> = {
  fields: ['message', 'sentBy', 'template', 'link', 'by', ...howOftenFields],
  schemas: {
    message: word(...words),
    sentBy: text,
    template: text,
    link: text,
    by: word(...Object.keys(verdicts)),
    ...howOftenSchemas,
  },

  parse(fields, path, findings) {
    const before = findings.problems.length;
    const what = parseWord('message', words, fields, path, findings);
    if (what) refuseOutOfPlace(what, fields, path, findings);
    const optional = (name: string, parse: typeof parseName) =>
      fields[name] === undefined ? undefined : parse(name, fields, path, findings);
    const sentBy = optional('sentBy', parseFutureKey);
    const template = optional('template', parseFutureKey);
    const link = optional('link', parseName);
    const given = fields['by'] === undefined ? { by: 'people' } : fields;
    const by = parseWord('by', Object.keys(verdicts) as By[], given, path, findings);
    const howOften = parseHowOften(fields, path, findings);
    if (findings.problems.length > before || !what || !howOften) return undefined;
    return {
      message: what,
      ...(sentBy !== undefined && { sentBy }),
      ...(template !== undefined && { template }),
      ...(link !== undefined && { link }),
      ...(engagements[what].takes.includes('by') && { by }),
      ...howOften,
    };
  },

  names: (condition) => event.names(asEvent(condition)),
  holds: (condition, facts, now) => event.holds(asEvent(condition), facts, now),
  because: (condition, facts, now) => event.because(asEvent(condition), facts, now),
  compile: (condition, needs) => event.compile(asEvent(condition), needs),
};

function asEvent(condition: MessageCondition): EventCondition {
  const { message: what, sentBy, template, link, by, ...howOften } = condition;
  const values = { campaign: sentBy, template, url: link, by: by && verdicts[by] };
  return ownEvent(engagements[what].name, values, howOften);
}

/** Only opens and clicks are somebody's, only clicks are of a link. */
function refuseOutOfPlace(
  what: Engagement,
  fields: Readonly<Record<string, unknown>>,
  path: string,
  findings: Findings,
): void {
  for (const field of ['by', 'link'] as const) {
    if (fields[field] === undefined || engagements[what].takes.includes(field)) continue;
    const fitting = words.filter((word) => engagements[word].takes.includes(field));
    findings.add(
      below(path, field),
      'out-of-place',
      `${quote(field)} says nothing of a message that was ${what}.`,
      `with "message" ${fitting.map(quote).join(' or ')}`,
    );
  }
}
