/** Why mails are held back: what the send ledger says of those that ended without having left, and that no server refused for good. */
export const withheldReasons = [
  // The recipient.
  'no-permission',
  'permission-of-another-address',
  'withdrawn',
  'objected',
  'paused',
  'no-address',
  'opt-out',
  'hard-bounce',
  'complaint',
  'operator',
  // Ourselves.
  'campaign-canceled',
  'expired',
  'not-allowed-recipient',
  'no-from-address',
  'no-template',
  'not-writable',
  'evaluation-failed',
  // What could not be found out.
  'erasure-unknown',
  'address-unknown',
  'suppression-unknown',
  'permission-unknown',
  'campaign-unknown',
  // Servers that put it off until it was given up.
  'not-sent',
  'soft',
  'soft-route',
  'soft-greylist',
  'throttle',
  'policy-block',
  'policy-auth',
  'config',
] as const;
export type WithheldReason = (typeof withheldReasons)[number];
