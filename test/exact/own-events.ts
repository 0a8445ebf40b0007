import fc from 'fast-check';
import type { Json, JsonObject } from '@entente/kernel';
import type { FeedbackName } from '@entente/event';
import { dated } from './dated';
import type { Scale } from './scale';

// What Entente tells, and what others may send under the same names; a few values, some of them odd.
const key = fc.constantFrom<JsonObject[string]>('k', 'k', 'l', '*', 7, null);
const by = fc.constantFrom<JsonObject[string]>('human', 'machine', true);
const kind = fc.constantFrom<JsonObject[string]>('hard-address', 'soft', 'policy-auth', 2);
const reason = fc.constantFrom<JsonObject[string]>('completed', 'exited', 'merged', 1);
const entry = fc.constantFrom<JsonObject[string]>('1:1', '1:2', '1:3', '2:1', '2:2', '0:1', 'x', 3);
const way = fc.constantFrom<JsonObject[string]>('preferences', 'one-click', 'import', 'x', null);
const state = fc.constantFrom<JsonObject[string]>(
  'granted',
  'confirmed',
  'paused',
  'withdrawn',
  'objected',
  'x',
  1,
);

const emails: FeedbackName[] = [
  'Email Sent',
  'Email Delivered',
  'Email Opened',
  'Email Clicked',
  'Email Bounced',
  'Email Complained',
];
const permissions: FeedbackName[] = [
  'Permission Granted',
  'Permission Confirmed',
  'Permission Withdrawn',
  'Permission Paused',
  'Permission Shared',
];

const held = fc.constantFrom<JsonObject[string]>('no-permission', 'expired', 'soft', 'x', 1);
const addresses: FeedbackName[] = ['Address Suppressed', 'Address Cleared'];
const why = fc.constantFrom<JsonObject[string]>('opt-out', 'hard-bounce', 'complaint', 'x', null);

const named = (names: readonly FeedbackName[], properties: fc.Arbitrary<JsonObject>) =>
  fc.record({ event: fc.constantFrom<string>(...names), properties });

/** What a contact is told of the companies it joined; others cannot send it in this shape. */
const company = fc
  .record({
    company: fc.record({ id: fc.constantFrom('k', 'l'), c: fc.constantFrom<Json>('x', 1, null, ['x']) }),
    version: fc.integer({ min: 1, max: 3 }),
    joined: fc.record({ at: fc.integer({ min: 1, max: 3 }), message: fc.constantFrom('a', 'b') }),
  })
  .map((properties) => ({ event: 'Company Changed', own: true as const, properties }));

const told = (scale: Scale) => {
  const claimedAt = dated(scale);
  return fc.oneof(
    named(['List Joined', 'List Left'], fc.record({ list: key }, { requiredKeys: [] })),
    named(['Campaign Entered', 'Campaign Left'], fc.record({ campaign: key, reason }, { requiredKeys: [] })),
    named(emails, fc.record({ campaign: key, template: key, url: key, by, kind }, { requiredKeys: [] })),
    named(
      ['Email Withheld'],
      fc.record({ campaign: key, template: key, reason: held }, { requiredKeys: [] }),
    ),
    named(addresses, fc.record({ reason: why, entry }, { requiredKeys: [] })),
    named(
      ['Unsubscribed'],
      fc.record({ campaign: key, template: key, way, claimedAt }, { requiredKeys: [] }),
    ),
    named(permissions, fc.record({ topic: key, entry, state, way, claimedAt }, { requiredKeys: [] })),
  );
};

const byAnybody = (scale: Scale) =>
  fc.tuple(told(scale), fc.constantFrom(true, true, true, undefined)).map(([event, own]) => ({
    ...event,
    ...(own && { own }),
  }));

/** Events of our own, and of others that bear our names. */
export const ownEvents = (scale: Scale) =>
  fc.oneof(
    { arbitrary: byAnybody(scale), weight: 5 },
    { arbitrary: company, weight: 1 },
    {
      arbitrary: fc.record({ event: fc.constant('Company Changed'), properties: fc.constant({}) }),
      weight: 1,
    },
  );
