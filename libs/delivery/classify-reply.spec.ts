import fc from 'fast-check';
import { DAY } from '@entente/kernel';
import { classifyReply } from './classify-reply';
import { reactions } from './reactions';
import type { Phase } from './reply';

type Row = readonly [phase: Phase, code: number | undefined, text: string, expected: string];

/** Replies as servers write them, under the class of standards' table they belong to. */
const replies: readonly Row[] = [
  ['rcpt', 550, '5.1.1 The email account that you tried to reach does not exist', 'hard-address'],
  ['rcpt', 553, '5.1.3 The recipient address <a@b> is not a valid address', 'hard-address'],
  ['rcpt', 550, '5.1.6 Mailbox has moved', 'hard-address'],
  ['rcpt', 550, 'User unknown in virtual mailbox table', 'hard-address'],
  ['rcpt', 551, 'No such user here', 'hard-address'],
  ['final', 553, 'sorry, that mailbox does not exist', 'hard-address'],
  ['rcpt', 550, '5.0.0 <x@example.net>... User unknown', 'hard-address'],
  ['final', 554, "delivery error: dd This user doesn't have a yahoo.com account", 'hard-address'],
  ['rcpt', 550, '5.4.1 Recipient address rejected: Access denied', 'hard-address'],
  ['rcpt', 550, '5.5.0 Requested action not taken: mailbox unavailable (S2017062302)', 'hard-address'],
  ['rcpt', 550, '5.1.2 Host unknown', 'hard-domain'],
  ['rcpt', 556, '5.1.10 Recipient domain has null MX', 'hard-domain'],
  ['rcpt', 521, 'Host does not accept mail', 'hard-domain'],
  ['rcpt', 554, 'Domain not found (NXDOMAIN)', 'hard-domain'],
  ['rcpt', 550, '5.2.1 The email account that you tried to reach is disabled', 'hard-inactive'],
  ['rcpt', 525, '5.7.13 User account disabled', 'hard-inactive'],
  ['rcpt', 550, '5.7.13 User account disabled', 'hard-inactive'],
  ['rcpt', 554, 'The mailbox of this user is disabled', 'hard-inactive'],
  ['rcpt', 550, '5.7.17 Mailbox owner has changed', 'hard-owner'],
  ['rcpt', 550, '5.7.18 Domain owner has changed', 'hard-owner'],
  ['rcpt', 552, '5.2.2 The email account that you tried to reach is over quota', 'soft-mailbox'],
  ['rcpt', 452, '4.2.2 The email account that you tried to reach is over quota', 'soft-mailbox'],
  ['final', 552, 'Quota exceeded', 'soft-mailbox'],
  ['rcpt', 450, '4.2.1 Mailbox busy', 'soft'],
  ['rcpt', 450, 'Requested mail action not taken', 'soft'],
  ['final', 451, 'Local error in processing', 'soft'],
  ['data', 452, '4.3.1 Insufficient system storage', 'soft'],
  ['rcpt', 450, '4.1.1 User unknown, for now', 'soft'],
  ['rcpt', 452, '4.5.3 Too many recipients', 'soft'],
  ['connect', 421, 'Service not available', 'soft-route'],
  ['final', 421, '4.4.2 Connection timed out', 'soft-route'],
  ['mail', 451, '4.3.2 System not accepting network messages', 'soft-route'],
  ['rcpt', 451, '4.4.1 No answer from host', 'soft-route'],
  ['connect', undefined, 'connect ECONNREFUSED', 'soft-route'],
  ['connect', 554, 'No SMTP service here', 'soft-route'],
  ['rcpt', 451, '4.7.1 Greylisting in action, please come back later', 'soft-greylist'],
  ['rcpt', 450, 'Greylisted, see http://postgrey', 'soft-greylist'],
  ['rcpt', 451, 'Temporarily unavailable, try again later', 'soft-greylist'],
  ['rcpt', 421, '4.7.0 [TSS04] Messages temporarily deferred due to user complaints', 'throttle'],
  ['rcpt', 421, '4.7.28 Our system has detected an unusual rate of unsolicited mail', 'throttle'],
  ['final', 421, '4.7.1 Rate limit: too many messages from you', 'throttle'],
  ['rcpt', 450, '4.2.1 The user you are trying to contact is receiving mail at a rate that', 'throttle'],
  ['rcpt', 550, '5.2.1 The user is receiving mail at a rate that prevents additional messages', 'throttle'],
  ['final', 550, '5.7.1 This message is likely unsolicited mail', 'policy-content'],
  ['final', 554, 'Message looks like spam', 'policy-content'],
  ['final', 554, '5.6.0 Virus found', 'policy-content'],
  ['final', 554, '5.7.9 Message not accepted for policy reasons', 'policy-content'],
  [
    'rcpt',
    554,
    '5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org',
    'policy-block',
  ],
  [
    'mail',
    550,
    '5.7.1 messages weren’t sent; part of their network is on our block list (S3140)',
    'policy-block',
  ],
  ['connect', 554, 'Your IP address 192.0.2.1 is listed in our RBL', 'policy-block'],
  ['final', 550, '5.7.1 very low reputation of the sending IP address', 'policy-block'],
  ...[20, 21, 22, 23, 25, 26, 27].map((detail): Row => [
    'final',
    550,
    `5.7.${detail} unauthenticated`,
    'policy-auth',
  ]),
  ...[26, 27, 29, 30, 31, 32].map((detail): Row => [
    'final',
    421,
    `4.7.${detail} unauthenticated`,
    'policy-auth',
  ]),
  ['final', 550, '5.7.515 Access denied, sending domain does not meet the required level', 'policy-auth'],
  ['mail', 552, '5.3.4 Message size exceeds fixed limit', 'content-size'],
  ['rcpt', 552, '5.2.3 Message length exceeds administrative limit', 'content-size'],
  ['final', 552, 'Message too big', 'content-size'],
  ['final', 550, '5.4.4 Unable to route', 'expired'],
  ['final', 550, '5.4.6 Routing loop', 'expired'],
  ['final', 550, '5.4.7 Delivery time expired', 'expired'],
  ['final', 554, 'message expired', 'expired'],
  ['data', 503, '5.5.1 Bad sequence of commands', 'our-bug'],
  ['mail', 500, 'Syntax error', 'our-bug'],
  ['mail', 501, 'Syntax error in parameters', 'our-bug'],
  ['mail', 550, 'Sender address rejected: user unknown', 'our-bug'],
  ['mail', 553, '5.1.8 Bad sender domain', 'our-bug'],
  ['mail', 555, 'Parameter not recognized', 'unsupported'],
  ['rcpt', 553, '5.6.7 SMTPUTF8 not supported', 'unsupported'],
  ['mail', 530, 'Authentication required', 'config'],
  ['connect', 534, '5.7.9 Mechanism too weak', 'config'],
  ['connect', 535, '5.7.8 Bad credentials', 'config'],
  ['connect', 538, 'Encryption required', 'config'],
  ['connect', 454, 'TLS not available', 'config'],
  ['rcpt', 554, '5.7.1 <a@b>: Relay access denied', 'config'],
  ['mail', undefined, 'connection closed', 'not-sent'],
  ['rcpt', undefined, '', 'not-sent'],
  ['data', 354, '', 'not-sent'],
  ['message', undefined, 'ETIMEDOUT', 'unknown'],
  ['final', undefined, '', 'unknown'],
  ['final', 99, '\u0000garbage', 'unknown'],
  ['final', 250, '2.0.0 OK queued as 1', 'accepted'],
  ['final', 554, 'Transaction failed', 'refused'],
];

describe('classifyReply', () => {
  it.each(replies)('%s %s %s → %s', (phase, code, text, expected) => {
    expect(classifyReply({ phase, code, text }).class).toBe(expected);
  });

  it('takes the enhanced code where it is given apart from the text', () => {
    expect(classifyReply({ phase: 'rcpt', code: 550, enhanced: '5.1.1', text: 'no' }).class).toBe(
      'hard-address',
    );
  });

  it.each([
    ['hard-address', { is: 'failed', scope: 'recipient', suppress: 'hard-bounce' }],
    ['hard-owner', { is: 'failed', suppress: 'hard-bounce', voidsPermission: true }],
    ['soft-mailbox', { is: 'failed', scope: 'recipient' }],
    ['soft', { is: 'deferred', scope: 'recipient', countsAttempt: true }],
    ['soft-route', { is: 'deferred', scope: 'route', countsAttempt: false }],
    ['throttle', { is: 'deferred', scope: 'route', slowDown: true }],
    ['policy-block', { is: 'deferred', scope: 'route', alert: true }],
    ['policy-auth', { is: 'deferred', scope: 'sending-domain', alert: true }],
    ['config', { is: 'deferred', scope: 'transport', countsAttempt: false }],
    ['not-sent', { is: 'deferred' }],
    ['unknown', { is: 'unknown' }],
    ['accepted', { is: 'sent' }],
  ] as const)('reacts to %s', (name, reaction) => {
    expect(reactions[name]).toMatchObject(reaction);
  });

  it('looks at a name that did not resolve once more', () => {
    expect(classifyReply({ phase: 'rcpt', code: 554, text: 'NXDOMAIN' })).toMatchObject({
      recheckAfter: DAY,
    });
    expect(classifyReply({ phase: 'rcpt', code: 556, text: '5.1.10 null MX' })).not.toHaveProperty(
      'recheckAfter',
    );
  });

  const phases = fc.constantFrom<Phase>('connect', 'mail', 'rcpt', 'data', 'message', 'final');
  const enhancedCodes = fc
    .tuple(fc.constantFrom(2, 4, 5), fc.nat(8), fc.nat(40))
    .map(([kind, subject, detail]) => `${kind}.${subject}.${detail}`);
  const texts = fc.oneof(fc.string(), fc.constantFrom(...replies.map(([, , text]) => text)));

  it('never suppresses on a 4xx, or before the server knew the recipient', () => {
    fc.assert(
      fc.property(
        phases,
        fc.integer({ min: 400, max: 599 }),
        enhancedCodes,
        texts,
        (phase, code, enhanced, text) => {
          const outcome = classifyReply({ phase, code, enhanced, text });
          if (code < 500 || phase === 'connect' || phase === 'mail')
            expect(outcome).not.toHaveProperty('suppress');
        },
      ),
    );
  });

  it('never sends again what may have been accepted, and never gives up what was not', () => {
    fc.assert(
      fc.property(
        phases,
        fc.option(fc.integer({ min: 0, max: 399 }), { nil: undefined }),
        texts,
        (phase, code, text) => {
          const { is } = classifyReply({ phase, code, text });
          const mayBeAccepted = phase === 'message' || phase === 'final';
          expect(mayBeAccepted ? ['sent', 'unknown'] : ['deferred']).toContain(is);
        },
      ),
    );
  });

  it('is quick and keeps the reply short and on one line whatever the server writes', () => {
    const outcome = classifyReply({
      phase: 'rcpt',
      code: 550,
      text: 'client host account \r\n'.repeat(50_000),
    });
    expect(outcome.reply.length).toBeLessThan(500);
    expect(outcome.reply).not.toMatch(/[\r\n]/);
  });
});
