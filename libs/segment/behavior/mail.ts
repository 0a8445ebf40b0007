import { withheldReasons, type FeedbackName } from '@entente/event';
import { expectedKey, isKey } from '@entente/kernel';
import { bounds } from '../bounds';
import { parseName, parseSome, parseWord } from '../parse-key';
import { once } from '../comparisons/once';
import { below, quote, type Findings } from '../findings';
import { anyOf, text, word } from '../schema/schema';
import { ownFeed } from './own-feed';
import type { Series } from './seen';

type Engagement =
  'sent' | 'delivered' | 'opened' | 'clicked' | 'bounced' | 'withheld' | 'complained' | 'unsubscribed';
type By = 'people' | 'anybody';
type Bounce = 'hard' | 'soft';
const outOfPlace = ['by', 'link', 'bounce', 'reason'] as const;
type OutOfPlace = (typeof outOfPlace)[number];

/** What became of some mails to somebody: `{ "message": "clicked", "sentBy": "welcome" }`. */
export interface Mail {
  readonly message: Engagement;
  readonly sentBy?: string | readonly string[];
  readonly template?: string | readonly string[];
  readonly link?: string;
  readonly by?: By;
  readonly bounce?: Bounce;
  readonly reason?: string | readonly string[];
}

/** The event that tells of it, and which of the fields that are not of every mail may stand with it. */
const engagements: Readonly<Record<Engagement, { name: FeedbackName; takes: readonly OutOfPlace[] }>> = {
  sent: { name: 'Email Sent', takes: [] },
  delivered: { name: 'Email Delivered', takes: [] },
  opened: { name: 'Email Opened', takes: ['by'] },
  clicked: { name: 'Email Clicked', takes: ['by', 'link'] },
  bounced: { name: 'Email Bounced', takes: ['bounce'] },
  withheld: { name: 'Email Withheld', takes: ['reason'] },
  complained: { name: 'Email Complained', takes: [] },
  unsubscribed: { name: 'Unsubscribed', takes: [] },
};
const words = Object.keys(engagements) as Engagement[];

/** Clicks and opens of machines are told too, and count where `by` says so. */
const verdicts: Readonly<Record<By, string | undefined>> = { people: 'human', anybody: undefined };

/** The classes of replies that say that the address itself is the reason, and all others. */
const bounces = {
  hard: { startsWith: 'hard-' },
  soft: { isNot: { startsWith: 'hard-' } },
} satisfies Record<Bounce, object>;

const keys = anyOf(text, { type: 'array', items: text, minItems: 1, maxItems: bounds.names });

export const mailSchemas = {
  message: word(...words),
  sentBy: keys,
  template: keys,
  link: text,
  by: word(...Object.keys(verdicts)),
  bounce: word(...Object.keys(bounces)),
  reason: anyOf(word(...withheldReasons), {
    type: 'array',
    items: word(...withheldReasons),
    minItems: 1,
    maxItems: bounds.names,
  }),
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
  const [sentBy, template] = (['sentBy', 'template'] as const).map((field) =>
    fields[field] === undefined
      ? undefined
      : parseSome(
          fields[field],
          below(path, field),
          findings,
          (raw, at) =>
            isKey(raw) ? raw : findings.add(at, 'key', `No ${field} can be called that.`, expectedKey),
          expectedKey,
        ),
  );
  const link = optional('link', parseName);
  const given = fields['by'] === undefined ? { by: 'people' } : fields;
  const bounce =
    fields['bounce'] === undefined
      ? undefined
      : parseWord('bounce', Object.keys(bounces) as Bounce[], fields, path, findings);
  const reason = fields['reason'] === undefined ? undefined : parseReason(fields['reason'], path, findings);
  const by = parseWord('by', Object.keys(verdicts) as By[], given, path, findings);
  return (
    what && {
      message: what,
      ...(sentBy !== undefined && { sentBy }),
      ...(template !== undefined && { template }),
      ...(link !== undefined && { link }),
      ...(bounce !== undefined && { bounce }),
      ...(reason !== undefined && { reason }),
      ...(engagements[what].takes.includes('by') && by && { by }),
    }
  );
}

const parseReason = (raw: unknown, path: string, findings: Findings) =>
  parseSome(
    raw,
    below(path, 'reason'),
    findings,
    (one, at) =>
      (withheldReasons as readonly unknown[]).includes(one)
        ? (one as string)
        : findings.add(at, 'word', 'Mails are held back for no such reason.', expectedReason),
    expectedReason,
  );
const expectedReason = `one or several of ${withheldReasons.map(quote).join(', ')}`;

/** The events that tell of it. */
export const seriesOfMail = once(
  ({ message: what, sentBy, template, link, by, bounce, reason }: Mail): Series =>
    ownFeed(engagements[what].name, {
      campaign: sentBy,
      template,
      url: link,
      by: by && verdicts[by],
      kind: bounce && bounces[bounce],
      reason,
    }),
);

/** Only opens and clicks are somebody's, only clicks are of a link, and so on. */
function refuseOutOfPlace(
  what: Engagement,
  fields: Readonly<Record<string, unknown>>,
  path: string,
  findings: Findings,
): void {
  for (const field of outOfPlace) {
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
