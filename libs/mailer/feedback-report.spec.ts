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
  readonly head?: string;
  readonly said?: string;
  readonly as?: string;
  readonly about?: string;
}

const report = ({
  head = 'multipart/report; report-type=feedback-report',
  said = fields,
  as,
  about,
}: Parts) =>
  Buffer.from(
    mail(
      'From: <feedback@provider.example>',
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

const about = {
  listUnsubscribe: expect.stringMatching(/^List-Unsubscribe: <https:.*AbC_d-1>$/s) as string,
};
const at = Date.UTC(2026, 10, 5, 10);

it('reads a report with the whole mail, and with its headers only', async () => {
  const whole = { type: 'abuse', reporter: 'Reporter/1.0', at, ...about };
  expect(await readFeedbackReport(report({}))).toEqual(whole);
  expect(await readFeedbackReport(report({ as: 'text/rfc822-headers' }))).toEqual(whole);
});

it('reads a complaint that is a mail with the other one in it, and says no type', async () => {
  expect(await readFeedbackReport(report({ head: 'multipart/mixed', said: '' }))).toEqual({ at, ...about });
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
  ['a bounce', report({ head: 'multipart/report; report-type=delivery-status', said: '' })],
  [
    'a bounce in another wrapping',
    report({
      head: 'multipart/mixed',
      said: '',
      about: `${original}\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nStatus: 5.1.1`,
    }),
  ],
  ['no mail at all', Buffer.from([0, 255, 13, 10, 7])],
  ['more headers than are read', Buffer.from('A: b\r\n'.repeat(170_000))],
  [
    'more parts than are read',
    Buffer.from(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(80_000)}`),
  ],
  [
    'an automatic reply with the mail',
    Buffer.concat([
      Buffer.from('Auto-Submitted: auto-replied\r\n'),
      report({ head: 'multipart/mixed', said: '' }),
    ]),
  ],
])('takes %s for no report, and soon', async (_, raw) => {
  const start = performance.now();
  expect(await readFeedbackReport(raw)).toBeUndefined();
  expect(performance.now() - start).toBeLessThan(1_000);
});
