import fc from 'fast-check';
import type { ArbitraryKind } from './kind';
import { howOften } from './event';
import { mail } from './mail';

const key = fc.constantFrom('k', 'l');
const record = <T>(required: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(required);

const list = record({ list: key });
const permission = record({
  permission: fc.constantFrom('k', 'l', '*'),
  is: fc.constantFrom('granted', 'confirmed', 'paused', 'withdrawn', 'none'),
});
const suppressed = record({
  suppressed: fc.constantFrom<string | string[]>('any', 'opt-out', 'complaint', ['opt-out', 'hard-bounce']),
});
const campaign = record({
  campaign: fc.constantFrom('k', 'l', '*'),
  is: fc.constantFrom('in', 'been', 'completed', 'exited'),
});
const sample = record({ sample: key, percent: fc.constantFrom(0.0001, 12.5, 50, 99.9999) });

const message: ArbitraryKind = (scale) =>
  fc.tuple(mail, howOften(scale)).map(([what, often]) => ({ ...what, ...often }));

/** Lists, mails, permissions, suppressed addresses, campaigns and samples. */
export const relation: ArbitraryKind = (scale, below) =>
  fc.oneof(list, permission, suppressed, campaign, sample, message(scale, below));
