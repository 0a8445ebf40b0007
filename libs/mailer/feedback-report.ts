import { simpleParser, type Attachment, type HeaderValue, type ParsedMail } from 'mailparser';
import type { Instant } from '@entente/kernel';

/** What a report about a mail says (RFC 5965, or a mail that only has the other one in it). All of it is a claim. */
export interface FeedbackReport {
  /** The `Feedback-Type` in lower case; some providers' complaints have none. */
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

/** Reads a report; undefined for what is none: other mails, those that cannot be read, bounces and automatic replies. */
export async function readFeedbackReport(raw: Buffer): Promise<FeedbackReport | undefined> {
  const mail = await parsed(raw);
  if (!mail) return undefined;
  const said = mail.attachments.find(({ contentType }) => contentType === 'message/feedback-report');
  const original = mail.attachments.find(({ contentType }) => originals.has(contentType));
  if (!said && (!original || isOtherReport(mail))) return undefined;
  const fields = await headersOf(said);
  const about = await headersOf(original);
  return {
    ...present('type', textOf(fields?.headers.get('feedback-type'))?.trim().toLowerCase()),
    ...present('at', mail.date?.getTime()),
    ...present('reporter', textOf(fields?.headers.get('user-agent'))),
    ...present('listUnsubscribe', about?.headerLines.find(({ key }) => key === 'list-unsubscribe')?.line),
  };
}

const originals = new Set(['message/rfc822', 'text/rfc822-headers']);

/** What has a mail in it for another reason than a complaint. */
function isOtherReport({ headers, attachments }: ParsedMail): boolean {
  const type = headers.get('content-type') as { readonly value?: string } | undefined;
  const automatic = textOf(headers.get('auto-submitted')) ?? 'no';
  return (
    type?.value === 'multipart/report' ||
    attachments.some(({ contentType }) => contentType === 'message/delivery-status') ||
    /^auto-replied\b/i.test(automatic)
  );
}

/** Fields of a report have the form of headers. */
const headersOf = async (part: Attachment | undefined): Promise<ParsedMail | undefined> =>
  part && parsed(part.content);

/** The parser gives up on too many parts and too long headers. */
const parsed = (raw: Buffer): Promise<ParsedMail | undefined> =>
  simpleParser(raw, options).catch(() => undefined);

/** Of a field that stands there more than once, the first. */
function textOf(value: HeaderValue | undefined): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}

const present = <Name extends string, Value>(name: Name, value: Value | undefined) =>
  (value === undefined || Number.isNaN(value) ? {} : { [name]: value }) as { readonly [N in Name]?: Value };
