/** What a report about a mail comes to. An `alert` is for whoever runs the sending, and nothing to its recipient. */
export type Reaction = 'complaint' | 'opt-out' | 'alert' | 'none';

const reactions: Readonly<Record<string, Reaction>> = {
  abuse: 'complaint',
  'opt-out': 'opt-out',
  'opt-out-list': 'opt-out',
  'not-spam': 'none',
  fraud: 'alert',
  virus: 'alert',
  'auth-failure': 'alert',
  other: 'alert',
};

/** The types of reports that are known (RFC 5965 section 7.3, RFC 6591, RFC 6430, and the opt-outs of older drafts). */
export const reportTypes = Object.keys(reactions);

/** What a report without a type says: those who write none know complaints only. */
export const usualReport = 'abuse';

export const reactionTo = (type: string): Reaction =>
  Object.hasOwn(reactions, type) ? reactions[type]! : 'alert';
