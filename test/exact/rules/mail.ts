import fc from 'fast-check';

const key = fc.constantFrom('k', 'l');

/** What became of mails: a condition without a period, a step, or what something is since. */
export const mail: fc.Arbitrary<object> = fc
  .record(
    {
      message: fc.constantFrom('sent', 'delivered', 'opened', 'clicked', 'bounced', 'unsubscribed'),
      sentBy: key,
      template: key,
      link: key,
      by: fc.constantFrom('people', 'anybody'),
    },
    { requiredKeys: ['message'] },
  )
  .map(({ link, by, ...rest }) => ({
    ...rest,
    ...(rest.message === 'clicked' && link !== undefined && { link }),
    ...(['opened', 'clicked'].includes(rest.message) && by !== undefined && { by }),
  }));
