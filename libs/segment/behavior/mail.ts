import type { FeedbackName } from '@entente/event';
import { parseFutureKey, parseName, parseWord } from '../parse-key';
import { once } from '../comparisons/once';
import { below, quote, type Findings } from '../findings';
import { text, word } from '../schema/schema';
import { ownFeed } from './own-feed';
import type { Series } from './seen';

type Engagement = 'sent' | 'delivered' | 'opened' | 'clicked' | 'bounced' | 'unsubscribed';
type By = 'people' | 'anybody';

/** What became of some mails to somebody: `{ "message": "clicked", "sentBy": "welcome" }`. */
export interface Mail {
  readonly message: Engagement;
  readonly sentBy?: string;
  readonly template?: string;
  readonly link?: string;
  readonly by?: By;
}

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

export const mailSchemas = {
  message: word(...words),
  sentBy: text,
  template: text,
  link: text,
  by: word(...Object.keys(verdicts)),
};
export const mailFields = Object.keys(mailSchemas);

/** Those fields in their canonical form; only good when nothing was found. */
export function parseMail(
  fields: Readonly<Record<string, unknown>>,
  path: string,
  findings: Findings,
): Mail | undefined {
  const what = parseWord('message', words, fields, path, findings);
  if (what) refuseOutOfPlace(what, fields, path, findings);
  const optional = (name: string, parse: typeof parseName) =>
    fields[name] === undefined ? undefined : parse(name, fields, path, findings);
  const sentBy = optional('sentBy', parseFutureKey);
  const template = optional('template', parseFutureKey);
  const link = optional('link', parseName);
  const given = fields['by'] === undefined ? { by: 'people' } : fields;
  const by = parseWord('by', Object.keys(verdicts) as By[], given, path, findings);
  return (
    what && {
      message: what,
      ...(sentBy !== undefined && { sentBy }),
      ...(template !== undefined && { template }),
      ...(link !== undefined && { link }),
      ...(engagements[what].takes.includes('by') && by && { by }),
    }
  );
}

/** The events that tell of it. */
export const seriesOfMail = once(({ message: what, sentBy, template, link, by }: Mail): Series =>
  ownFeed(engagements[what].name, { campaign: sentBy, template, url: link, by: by && verdicts[by] }),
);

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
