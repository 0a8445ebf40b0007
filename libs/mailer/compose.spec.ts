import { createHash, createVerify, generateKeyPairSync } from 'node:crypto';
import { simpleParser } from 'mailparser';
import fc from 'fast-check';
import { mailFor } from '../../test/support/mails';
import { prepareMail } from './compose';
import { encodeQuotedPrintable } from './encode';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const dkim = {
  domain: 'shop.example',
  selector: 's1',
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
};

const headOf = (raw: Buffer): string => raw.toString('latin1').split('\r\n\r\n')[0]!;
const fieldsOf = (raw: Buffer): string[] => headOf(raw).split(/\r\n(?![ \t])/);
const countOf = (raw: Buffer, name: string): number =>
  fieldsOf(raw).filter((field) => field.toLowerCase().startsWith(`${name.toLowerCase()}:`)).length;

describe('a composed mail', () => {
  it('M01: has one each of the fields that identify it, and its recipient only', async () => {
    const { raw } = await prepareMail(mailFor(), dkim);
    for (const name of ['From', 'To', 'Date', 'Message-ID', 'Subject', 'MIME-Version', 'Content-Type'])
      expect([name, countOf(raw, name)]).toEqual([name, 1]);
    expect(countOf(raw, 'Bcc')).toBe(0);
    expect(fieldsOf(raw)).toContain('To: ana@example.com');
    expect(fieldsOf(raw)).toContain('Date: Mon, 23 Nov 2026 09:30:00 +0000');
  });

  it('M02, M11: is 7-bit lines with CRLF, whatever it says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', maxLength: 400 }),
        fc.string({ maxLength: 2_000 }),
        async (text, html) => {
          const subject = text.replace(/\p{Cc}/gu, '');
          const { raw } = await prepareMail(
            mailFor({ subject, text, html, from: { name: subject, address: 'a@b.example' } }),
          );
          const source = raw.toString('latin1');
          expect(source).toMatch(/^[\t\n\r\x20-\x7e]*$/);
          expect(source.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
          expect(Math.max(...source.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(78);
          expect(headOf(raw)).not.toMatch(/\r\n[ \t]+(\r\n|$)/);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is read back as it was meant', async () => {
    const mail = mailFor({
      subject: 'Voilà — 😀 '.repeat(12).trim(),
      html: `<p>${'é'.repeat(500)}</p>  \n<b>x</b>`,
    });
    const parsed = await simpleParser((await prepareMail(mail, dkim)).raw);
    expect(parsed.subject).toBe(mail.subject);
    expect(parsed.from?.value).toEqual([{ name: mail.from.name, address: mail.from.address }]);
    expect(parsed.html).toBe(mail.html);
    expect(parsed.text).toBe(mail.text);
    expect(parsed.messageId).toBe(mail.messageId);
  });

  it('quotes a name that needs it', async () => {
    const { raw } = await prepareMail(
      mailFor({ from: { name: 'A "B" \\ <c@d>, e', address: 'a@b.example' } }),
    );
    expect(fieldsOf(raw)).toContain('From: "A \\"B\\" \\\\ <c@d>, e" <a@b.example>');
  });

  it('M04: keeps the list fields as one field each', async () => {
    const long = `<https://mail.shop.example/u/${'x'.repeat(150)}>, <mailto:out@shop.example?subject=unsubscribe>`;
    const { raw } = await prepareMail(mailFor({ headers: { 'List-Unsubscribe': long } }));
    expect(countOf(raw, 'List-Unsubscribe')).toBe(1);
    expect(headOf(raw).replace(/\r\n[ \t]/g, ' ')).toContain(`List-Unsubscribe: ${long}`);
  });
});

/** Verifies as RFC 6376 section 6 says, written apart from what signs. */
function verified(raw: Buffer): { valid: boolean; signed: string[]; tags: Record<string, string> } {
  const source = raw.toString('latin1');
  const split = source.indexOf('\r\n\r\n');
  const fields = source.slice(0, split).split(/\r\n(?![ \t])/);
  const body = source.slice(split + 4);
  const relaxed = (field: string): string => {
    const [, name, value] = /^([^:]+):([\s\S]*)$/.exec(field)!;
    return `${name!.toLowerCase().trim()}:${value!
      .replace(/\r\n/g, '')
      .replace(/[\t ]+/g, ' ')
      .trim()}`;
  };
  const signature = fields.find((field) => /^dkim-signature:/i.test(field))!;
  const tags = Object.fromEntries(
    signature
      .slice(signature.indexOf(':') + 1)
      .split(';')
      .map((tag) => tag.split(/=([\s\S]*)/).map((part) => part.replace(/\s+/g, ''))),
  ) as Record<string, string>;
  const lines = body.split('\r\n').map((line) => line.replace(/[\t ]+/g, ' ').replace(/ $/, ''));
  while (lines.at(-1) === '') lines.pop();
  const canonicalBody = lines.length > 0 ? `${lines.join('\r\n')}\r\n` : '';
  const bodyHash = createHash('sha256').update(canonicalBody, 'latin1').digest('base64');
  const left = [...fields];
  const signed = tags['h']!.split(':').map((name) => {
    const at = left.findLastIndex((field) => field.toLowerCase().startsWith(`${name.toLowerCase()}:`));
    return at < 0 ? undefined : left.splice(at, 1)[0];
  });
  const unsigned = signature.replace(/([;\s]b=)[\s\S]*$/, '$1');
  const data = [...signed.filter((field) => field !== undefined).map(relaxed), relaxed(unsigned)].join(
    '\r\n',
  );
  const valid =
    tags['bh'] === bodyHash &&
    createVerify('sha256').update(data, 'latin1').verify(publicKey, tags['b']!, 'base64');
  return { valid, signed: tags['h']!.split(':'), tags };
}

describe('a DKIM signature', () => {
  it('M05: verifies, covers both one-click fields, and lets no second From in', async () => {
    const { raw } = await prepareMail(mailFor({ replyTo: 'reply@shop.example' }), dkim);
    const { valid, signed, tags } = verified(raw);
    expect(valid).toBe(true);
    expect(tags).toMatchObject({ v: '1', a: 'rsa-sha256', c: 'relaxed/relaxed', d: 'shop.example', s: 's1' });
    expect(tags['l']).toBeUndefined();
    for (const name of [
      'list-unsubscribe',
      'list-unsubscribe-post',
      'list-id',
      'reply-to',
      'feedback-id',
      'auto-submitted',
    ])
      expect(signed).toContain(name);
    for (const name of ['from', 'subject']) expect(signed.filter((one) => one === name)).toHaveLength(2);
    const forged = Buffer.concat([Buffer.from('From: evil@example.net\r\n'), raw]);
    expect(verified(forged).valid).toBe(false);
  });

  it('verifies whatever the mail says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: fc.constantFrom(' ', '\n', '.', 'é', '\t', 'a') }),
        async (text, html) => {
          const subject = text.replace(/\p{Cc}/gu, '');
          const { raw } = await prepareMail(mailFor({ subject, text, html }), dkim);
          expect(verified(raw).valid).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('does not survive a changed body or header', async () => {
    const source = (await prepareMail(mailFor(), dkim)).raw.toString('latin1');
    for (const changed of [
      source.replace('Fin', 'Fim'),
      source.replace('List-Unsubscribe=One-Click', 'x'),
      source.replace('u/token', 'u/other'),
    ])
      expect(verified(Buffer.from(changed, 'latin1')).valid).toBe(false);
  });
});

it('quoted-printable never breaks an escape', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('é', 'a', '=', ' ', '😀'), minLength: 60, maxLength: 300 }),
      (text) => {
        const encoded = encodeQuotedPrintable(text);
        expect(encoded).not.toMatch(/=[0-9A-F]?=\r\n/);
        expect(encoded.split('\r\n').every((line) => line.length <= 76)).toBe(true);
        const decoded = encoded
          .replace(/=\r\n/g, '')
          .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
        expect(Buffer.from(decoded, 'latin1').toString()).toBe(text);
      },
    ),
  );
});
