import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { usualReport } from '@entente/feedback';
import {
  Invalid,
  parseInstant,
  withoutAddresses,
  type ContactId,
  type Instant,
  type JsonObject,
  type Uuid,
} from '@entente/kernel';
import { readFeedbackReport } from '@entente/mailer';
import { readToken, type TokenKey } from '@entente/message';
import { plainBytes } from '@entente/runtime';
import { ApiProblem } from '../http/api-problem';
import { checkBody } from '../http/checked-pipe';
import { ComplaintBody } from './complaint-body';

export const COMPLAINTS = 'api/v1/complaints';

/** What is reported about which message, whichever way it came. */
export interface Complaint {
  readonly type: string;
  /** Absent where a report bears nothing that we signed: anybody may have written it. */
  readonly about?: { readonly id: Uuid; readonly contact?: ContactId };
  /** When the recipient said so, by the report, whose clock may be ahead. */
  readonly at?: Instant;
  readonly evidence: JsonObject;
}

/** Our mails have no attachments, and no report about one comes near it. */
const LONGEST_REPORT = 1_048_576;

/** Lets this server read mails, at the one route that takes them. */
export function acceptReports(app: NestFastifyApplication): void {
  const settings = { parseAs: 'buffer' as const, bodyLimit: LONGEST_REPORT };
  const server = app.getHttpAdapter().getInstance();
  server.addContentTypeParser('message/rfc822', settings, async (request: FastifyRequest, body: Buffer) => {
    if (request.routeOptions.url !== `/${COMPLAINTS}`)
      throw new ApiProblem(415, 'unsupported-type', 'No mails are read here.');
    return plainBytes(request, body, LONGEST_REPORT);
  });
}

/** What a body says: a report as providers mail it, or ours in JSON. Throws Invalid for what is neither. */
export const readComplaint = (body: unknown, keys: readonly TokenKey[]): Promise<Complaint> | Complaint =>
  Buffer.isBuffer(body) ? fromReport(body, keys) : fromBody(checkBody(body, ComplaintBody));

async function fromReport(raw: Buffer, keys: readonly TokenKey[]): Promise<Complaint> {
  const report = await readFeedbackReport(raw);
  if (!report)
    throw Invalid.at(
      '',
      'report',
      'This is no report about a mail.',
      'an ARF report (RFC 5965) with the mail, or one of Microsoft (JMRP)',
    );
  const { type = usualReport, at, reporter, listUnsubscribe } = report;
  const about = messageInToken(listUnsubscribe, keys);
  return {
    type: plain(type),
    ...(about && { about }),
    ...(at !== undefined && { at }),
    evidence: { format: 'mail', type: plain(type), ...(reporter && { reporter: plain(reporter) }) },
  };
}

function fromBody({ message, type = usualReport, at: said }: ComplaintBody): Complaint {
  const about = messageIn(message);
  if (!about)
    throw Invalid.at(
      'message',
      'message',
      'No message is called that.',
      'a Message-ID of Entente, or 17.0198…',
    );
  const at = said === undefined ? undefined : parseInstant(said);
  return { type, about, ...(at !== undefined && { at }), evidence: { format: 'json', type } };
}

const TOKEN = /\/u\/([\w-]+)/;

/** The signed name of a message, which nobody else can have made. */
function messageInToken(header: string | undefined, keys: readonly TokenKey[]): Complaint['about'] {
  const [, text] = TOKEN.exec(header?.replace(/\s+/g, '') ?? '') ?? [];
  const token = text === undefined ? undefined : readToken(keys, 'unsubscribe', text);
  return token && { id: token.message, contact: token.contact };
}

const NAME = /^<?(?:([1-9]\d{0,17})\.)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:@[^\s<>@]{1,255}>?)?$/;

function messageIn(text: string): Complaint['about'] {
  const [, contact, id] = NAME.exec(text.trim().toLowerCase()) ?? [];
  return id === undefined ? undefined : { id, ...(contact !== undefined && { contact }) };
}

/** What others wrote, as it can be stored and shown. */
const plain = (text: string): string =>
  withoutAddresses(text)
    .replace(/[^\x20-\x7e]+/g, '?')
    .slice(0, 200);
