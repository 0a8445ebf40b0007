import { readFeedbackReport } from './feedback-report';

const mail = (...lines: string[]): string => lines.join('\r\n');

const original = mail(
  'From: The Shop <news@shop.example>',
  'To: redacted@example.com',
  'Message-ID: <0198c1f2-7a51-8e60-9c7d-2f7c9d1b8a44@shop.example>',
  'List-Unsubscribe: <https://mail.shop.example/u/',
  ' AbC_d-1>',
  'Subject: News',
  '',
  'Read them.',
);
const fields = mail('Feedback-Type: Abuse', 'User-Agent: Reporter/1.0', 'Version: 1');

interface Parts {
  readonly first?: string;
  readonly head?: string;
  readonly said?: string;
  readonly as?: string;
  readonly about?: string;
}

const report = ({
  first = 'From: <feedback@provider.example>',
  head = 'multipart/report; report-type=feedback-report',
  said = fields,
  as,
  about,
}: Parts) =>
  Buffer.from(
    mail(
      first,
      'Date: Thu, 05 Nov 2026 10:00:00 +0000',
      `Content-Type: ${head}; boundary="b"`,
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'This is a report.',
      ...(said ? ['--b', 'Content-Type: message/feedback-report', '', said, ''] : []),
      ...(about === '' ? [] : ['--b', `Content-Type: ${as ?? 'message/rfc822'}`, '', about ?? original, '']),
      '--b--',
      '',
    ),
  );

const about = { listUnsubscribe: '<https://mail.shop.example/u/ AbC_d-1>' };
const at = Date.UTC(2026, 10, 5, 10);

it('reads a report with the whole mail, and with its headers only', async () => {
  const whole = { type: 'abuse', reporter: 'Reporter/1.0', at, ...about };
  expect(await readFeedbackReport(report({}))).toEqual(whole);
  expect(await readFeedbackReport(report({ as: 'text/rfc822-headers' }))).toEqual(whole);
});

describe('a complaint of Microsoft', () => {
  const recipient = 'X-HmXmrOriginalRecipient: <ana@outlook.example>';
  const forwarded = (...lines: string[]) => ({ head: 'multipart/mixed', said: '', first: mail(...lines) });
  const inside = mail(recipient, original);

  it('is a mail with the other one in it, and says no type', async () => {
    expect(await readFeedbackReport(report(forwarded(recipient)))).toEqual({ at, ...about });
    const first = 'Auto-Submitted: no (a person)';
    expect(await readFeedbackReport(report({ ...forwarded(first), about: inside }))).toEqual({
      at,
      ...about,
    });
  });

  it('has that other mail, and is no automatic answer', async () => {
    expect(await readFeedbackReport(report({ ...forwarded(recipient), about: '' }))).toBeUndefined();
    for (const first of ['Auto-Submitted: auto-replied', 'Auto-Submitted: auto-generated'])
      expect(await readFeedbackReport(report({ ...forwarded(first), about: inside }))).toBeUndefined();
  });
});

it.each([
  'abuse (spam button)',
  '(x) abuse',
  '(of (somebody \\) or) other) ABUSE',
  '"abuse"',
  'abuse;',
  'abuse ; v=1',
  '\r\n abuse',
])('reads the type of %j', async (type) => {
  const said = mail('Version: 1', `Feedback-Type: ${type}`, 'Feedback-Type: fraud');
  expect(await readFeedbackReport(report({ said }))).toMatchObject({ type: 'abuse' });
});

it.each(['', '(abuse)', '12', '('.repeat(100_000)])('knows no type by the name of %#', async (type) => {
  const said = mail('Version: 1', `Feedback-Type: ${type}`);
  expect(await readFeedbackReport(report({ said }))).toMatchObject({ type: 'other' });
});

it('looks for the fields below blank lines, of which one may be missing', async () => {
  const said = mail('', ' ', 'Feedback-Type: not-spam', 'User-Agent: Reporter/1.0');
  expect(await readFeedbackReport(report({ said }))).toMatchObject({
    type: 'not-spam',
    reporter: 'Reporter/1.0',
  });
  expect(await readFeedbackReport(report({ said: 'Version: 1' }))).toEqual({ at, ...about });
});

it('reads a report without the mail', async () => {
  const said = mail('Feedback-Type: auth-failure', 'User-Agent: Reporter/1.0');
  expect(await readFeedbackReport(report({ said, about: '' }))).toEqual({
    type: 'auth-failure',
    reporter: 'Reporter/1.0',
    at,
  });
});

it.each([
  ['nothing', Buffer.alloc(0)],
  ['a mail', Buffer.from(original)],
  ['a report without a field', report({ said: mail('', 'Somebody does not like it', '') })],
  ['an empty report', report({ said: mail('', '') })],
  ['a bounce', report({ head: 'multipart/report; report-type=delivery-status', said: '' })],
  ['a friendly forward', report({ head: 'multipart/mixed', said: '' })],
  ...[
    'Auto-Submitted: auto-replied',
    'Auto-Submitted: auto-generated',
    'X-Autoreply: yes',
    'Precedence: auto_reply',
    'Subject: Undeliverable: News',
  ].map(
    (first) =>
      [`what says ${first}`, report({ first, head: 'multipart/mixed', said: '' })] as [string, Buffer],
  ),
  ['no mail at all', Buffer.from([0, 255, 13, 10, 7])],
  ['more headers than are read', Buffer.from('A: b\r\n'.repeat(170_000))],
  [
    'more parts than are read',
    Buffer.from(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(80_000)}`),
  ],
])('takes %s for no report, and soon', async (_, raw) => {
  const start = performance.now();
  expect(await readFeedbackReport(raw)).toBeUndefined();
  expect(performance.now() - start).toBeLessThan(1_000);
});
