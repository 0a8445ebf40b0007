import {
  type Database,
  enrollmentCounts,
  type CampaignRow,
  type MessageStatus,
  queuedStatuses,
  type ReactionCount,
  reactionCounts,
  sendCounts,
  type StatusCount,
} from '@entente/storage';
import type { Cell } from '../http/csv';
import type { LinkReactions, Reactions, Report } from './report-view';

/** Promise 8: what became of everybody a campaign considered, and whether it adds up. */
export async function readReport(database: Database, { key, kind }: CampaignRow): Promise<Report> {
  const { messages, audience, openRuns } = await sendCounts(database, key);
  const reactions = await reactionCounts(database, key);
  const counts = Object.fromEntries(queuedStatuses.map((status) => [status, countOf(messages, status)]));
  const states = counts as Record<(typeof queuedStatuses)[number], number>;
  const notQueued = countOf(messages, 'not-queued');
  const queued = sum(Object.values(states));
  const considered = kind === 'broadcast' ? audience : notQueued + queued;
  return {
    audience: considered,
    notQueued: byReason(messages, ({ status }) => status === 'not-queued'),
    queued,
    ...states,
    closes: considered === notQueued + queued,
    done: openRuns === 0 && states.waiting + states.sending === 0,
    reasons: reasonsOf(messages),
    ...reactionsOf(reactions),
    enrollments: await enrollmentCounts(database, key),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const countOf = (messages: readonly StatusCount[], wanted: MessageStatus): number =>
  sum(messages.filter(({ status }) => status === wanted).map(({ count }) => count));

const byReason = (
  messages: readonly StatusCount[],
  wanted: (row: StatusCount) => boolean,
): Record<string, number> =>
  Object.fromEntries(messages.filter(wanted).map(({ reason, count }) => [reason ?? 'unsaid', count]));

const reasonsOf = (messages: readonly StatusCount[]): Record<string, number> =>
  Object.fromEntries(
    messages
      .filter(({ status, reason }) => reason !== null && status !== 'not-queued')
      .map(({ status, reason, count }) => [`${status}: ${reason}`, count]),
  );

function reactionsOf(
  rows: readonly ReactionCount[],
): Pick<Report, 'opens' | 'clicks' | 'links' | 'optOuts' | 'bounces' | 'complaints'> {
  const whole = rows.filter(({ url }) => url === null);
  const bounces = whole.filter(({ name }) => name === 'Email Bounced');
  return {
    opens: reactions(whole, 'Email Opened'),
    clicks: reactions(whole, 'Email Clicked'),
    links: linksOf(rows.filter(({ url }) => url !== null)),
    optOuts: people(whole, 'Unsubscribed'),
    complaints: people(whole, 'Email Complained'),
    bounces: Object.fromEntries(bounces.map(({ by, total }) => [by || 'unsaid', total])),
  };
}

const people = (rows: readonly ReactionCount[], wanted: string): number =>
  sum(rows.filter(({ name }) => name === wanted).map(({ people: some }) => some));

function reactions(rows: readonly ReactionCount[], name: string): Reactions {
  const of = (by: string) => rows.find((row) => row.name === name && row.by === by);
  return { people: of('human')?.people ?? 0, machines: of('machine')?.total ?? 0 };
}

const MOST_LINKS = 200;

function linksOf(rows: readonly ReactionCount[]): LinkReactions[] {
  const urls = [...new Set(rows.map(({ url }) => url!))].slice(0, MOST_LINKS);
  return urls.map((url) => ({
    url,
    ...reactions(
      rows.filter((row) => row.url === url),
      'Email Clicked',
    ),
  }));
}

/** A report as rows of a table: measure, detail, number. */
export function reportRows(report: Report): Cell[][] {
  return Object.entries(report).flatMap(([measure, value]: [string, unknown]): Cell[][] => {
    if (Array.isArray(value)) return value.map(({ url, people }: LinkReactions) => [measure, url, people]);
    if (typeof value === 'object' && value !== null)
      return Object.entries(value).map(([detail, count]) => [measure, detail, count as Cell]);
    return [[measure, '', value as Cell]];
  });
}
