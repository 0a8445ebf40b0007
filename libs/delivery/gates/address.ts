import type { Gate } from './gate';

export const address: Gate = ({ address: mailbox }) => {
  if (mailbox === undefined) return { reason: 'address-unknown' };
  return mailbox ? undefined : { reason: 'no-address' };
};
