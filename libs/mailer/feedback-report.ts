import { simpleParser, type ParsedMail } from 'mailparser';
import type { Instant } from '@entente/kernel';

/** What a report about a mail says (RFC 5965, or the form of Microsoft's). All of it is a claim. */
export interface FeedbackReport {
  /** The `Feedback-Type` in lower case, without comments; some providers' complaints have none. */
  readonly type?: string;
  /** When it says that it was written. */
  readonly at?: Instant;
  /** The program that says it made it. */
  readonly reporter?: string;
  /** The `List-Unsubscribe` of the mail that it is about. */
  readonly listUnsubscribe?: string;
}

/** Embedded mails are left as they are, to be read by themselves; nobody looks at the bodies. */
const options = {
  ignoreEmbedded: true,
  keepDeliveryStatus: true,
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
} as const;

/** Reads a report; undefined for what is none: other mails, also those with a mail in them, and those that cannot be read. */
export async function readFeedbackReport(raw: Buffer): Promise<FeedbackReport | undefined> {
  const mail = await parsed(raw);
  if (!mail) return undefined;
  const said = await fieldsOf(mail, 'message/feedback-report');
  const original = await fieldsOf(mail, 'message/rfc822', 'text/rfc822-headers');
  if (!said && !isFromMicrosoft(mail, original)) return undefined;
  return {
    ...present('type', typeIn(fieldOf(said, 'feedback-type'))),
    ...present('at', mail.date?.getTime()),
    ...present('reporter', fieldOf(said, 'user-agent')),
    ...present('listUnsubscribe', fieldOf(original, 'list-unsubscribe')),
  };
}

/** The fields of the first such part, which have the form of headers; undefined where there are none. */
async function fieldsOf(mail: ParsedMail, ...types: readonly string[]): Promise<ParsedMail | undefined> {
  const part = mail.attachments.find(({ contentType }) => types.includes(contentType));
  const fields = part && (await parsed(withoutLeadingLines(part.content)));
  return fields?.headerLines.some(({ key }) => key !== '') ? fields : undefined;
}

/** Some reporters leave blank lines before the first field, where a parser takes the fields to have ended. */
const withoutLeadingLines = (content: Buffer): Buffer =>
  Buffer.from(content.toString('latin1').trimStart(), 'latin1');

/**
 * Their program (JMRP) knows complaints only, and sends the mail with this header in it, or on top of it. Nobody who answers, returns or forwards
 * a mail writes one.
 */
const isFromMicrosoft = (mail: ParsedMail, original: ParsedMail | undefined): boolean =>
  [mail, original].some((one) => fieldOf(one, 'x-hmxmroriginalrecipient') !== undefined) &&
  original !== undefined &&
  /^no\b/i.test(fieldOf(mail, 'auto-submitted') ?? 'no');

/** The first token, in lower case (RFC 5965: comments may stand around it). A type that nobody can read is one that nobody knows. */
const typeIn = (field: string | undefined): string | undefined =>
  field === undefined ? undefined : (/[a-z-]+/i.exec(withoutComments(field))?.[0].toLowerCase() ?? 'other');

/** RFC 5322: comments stand in parentheses, also within each other. */
function withoutComments(field: string): string {
  let depth = 0;
  let text = '';
  for (const [piece] of field.matchAll(/\\.|[()]|[^\\()]+/gs)) {
    if (piece === '(') depth += 1;
    else if (piece === ')') depth = Math.max(depth - 1, 0);
    else if (depth === 0) text += ` ${piece}`;
  }
  return text;
}

/** The parser gives up on too many parts and too long headers. */
const parsed = (raw: Buffer): Promise<ParsedMail | undefined> =>
  simpleParser(raw, options).catch(() => undefined);

/** What follows the colon; of a field that stands there more than once, the first. */
function fieldOf(fields: ParsedMail | undefined, name: string): string | undefined {
  const line = fields?.headerLines.find(({ key }) => key === name)?.line;
  return line
    ?.slice(line.indexOf(':') + 1)
    .replace(/\s+/g, ' ')
    .trim();
}

const present = <Name extends string, Value>(name: Name, value: Value | undefined) =>
  (value === undefined || Number.isNaN(value) ? {} : { [name]: value }) as { readonly [N in Name]?: Value };
