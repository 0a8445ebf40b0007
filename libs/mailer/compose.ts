import { createHash } from 'node:crypto';
import type { Mail } from '@entente/message';
import { encodePhrase, encodeQuotedPrintable, encodeText, foldHeader } from './encode';
import type { PreparedMail } from './mailer';
import { signatureOf, type DkimKey, type HeaderField } from './dkim';

/** What is in a mail that no mail may have. Whatever let it come this far is broken. */
export class UnsafeMail extends Error {
  constructor(what: string) {
    super(`a mail that cannot be sent: ${what}`);
    this.name = 'UnsafeMail';
  }
}

/** The headers a mail may carry besides those made here. */
const moreHeaders = new Set([
  'list-unsubscribe',
  'list-unsubscribe-post',
  'list-id',
  'feedback-id',
  'auto-submitted',
  'x-auto-response-suppress',
  'precedence',
]);

/** Builds the message (RFC 5322, multipart/alternative of text and HTML) and signs it. Throws `UnsafeMail`. */
export async function prepareMail(mail: Mail, dkim?: DkimKey): Promise<PreparedMail> {
  const boundary = boundaryOf(mail);
  const fields = headerFields(mail, boundary);
  const body = bodyOf(mail, boundary);
  const signature = dkim ? [await signatureOf(dkim, fields, body, mail.date)] : [];
  const head = [...signature, ...fields.map(({ field }) => field)].join('\r\n');
  return {
    envelopeFrom: addrSpec(mail.envelopeFrom),
    to: addrSpec(mail.to),
    raw: Buffer.from(`${head}\r\n\r\n${body}`, 'latin1'),
  };
}

function headerFields(mail: Mail, boundary: string): HeaderField[] {
  const from = addrSpec(mail.from.address);
  const sender = mail.from.name === '' ? from : `${encodePhrase(clean(mail.from.name))} <${from}>`;
  return [
    field('Date', dateText(mail.date)),
    field('From', sender),
    field('To', addrSpec(mail.to)),
    ...(mail.replyTo ? [field('Reply-To', addrSpec(mail.replyTo))] : []),
    field('Subject', encodeText(clean(mail.subject))),
    field('Message-ID', messageId(mail.messageId)),
    ...Object.entries(mail.headers).map(([name, value]) => field(known(name), encodeText(clean(value)))),
    field('MIME-Version', '1.0'),
    field('Content-Type', `multipart/alternative; boundary="${boundary}"`),
  ];
}

const field = (name: string, value: string): HeaderField => ({ name, field: foldHeader(name, value) });

function known(name: string): string {
  if (!moreHeaders.has(name.toLowerCase())) throw new UnsafeMail(`the header ${JSON.stringify(name)}`);
  return name;
}

/** Text for a header: line breaks are an error, since whoever let them come let in headers too. */
function clean(text: string): string {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text))
    throw new UnsafeMail('a control character in a header');
  return text;
}

const ADDR_SPEC = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/;

function addrSpec(address: string): string {
  if (!ADDR_SPEC.test(address)) throw new UnsafeMail('an address that is not one canonical addr-spec');
  return address;
}

function messageId(id: string): string {
  if (!/^<[A-Za-z0-9.-]{1,64}@[A-Za-z0-9.-]{1,253}>$/.test(id)) throw new UnsafeMail('the Message-ID');
  return id;
}

/** RFC 5322 section 3.3, in UTC. */
const dateText = (instant: number): string => new Date(instant).toUTCString().replace('GMT', '+0000');

/** Begins with what no quoted-printable line contains. */
const boundaryOf = (mail: Mail): string =>
  `=_${createHash('sha256').update(mail.messageId).digest('hex').slice(0, 32)}`;

const bodyOf = (mail: Mail, boundary: string): string =>
  `--${boundary}\r\n${part('text/plain', mail.text)}--${boundary}\r\n${part('text/html', mail.html)}--${boundary}--\r\n`;

const part = (type: string, content: string): string =>
  `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${encodeQuotedPrintable(content)}\r\n`;
