import fc from 'fast-check';

const key = fc.constantFrom('k', 'l');

/** What became of mails: a condition without a period, a step, or what something is since. */
export const mail: fc.Arbitrary<object> = fc
  .record(
    {
      message: fc.constantFrom(
        'sent',
        'delivered',
        'opened',
        'clicked',
        'bounced',
        'withheld',
        'complained',
        'unsubscribed',
      ),
      sentBy: fc.oneof({ arbitrary: key, weight: 3 }, { arbitrary: fc.constant(['k', 'l']), weight: 1 }),
      template: key,
      bounce: fc.constantFrom('hard', 'soft'),
      reason: fc.constantFrom<unknown>('no-permission', ['expired', 'soft']),
      link: key,
      by: fc.constantFrom('people', 'anybody'),
    },
    { requiredKeys: ['message'] },
  )
  .map(({ link, by, bounce, reason, ...rest }) => ({
    ...rest,
    ...(rest.message === 'withheld' && reason !== undefined && { reason }),
    ...(rest.message === 'bounced' && bounce !== undefined && { bounce }),
    ...(rest.message === 'clicked' && link !== undefined && { link }),
    ...(['opened', 'clicked'].includes(rest.message) && by !== undefined && { by }),
  }));
