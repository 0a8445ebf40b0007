import type { MarketingApi, Report } from '../../demo/marketing-api';
import { toIso } from '@entente/kernel';
import type { Place } from '../place';
import type { Query } from '../reading';
import type { Recipients } from '../recipients';
import type { ReceivedMail } from '../slow-inbox';
import type { Findings } from './findings';

interface MessageRow {
  readonly id: string;
  readonly status: string;
  readonly released_at: Date | null;
  readonly email: string | null;
  readonly entered: boolean;
  /** Whose it is, and what became of it so far. */
  readonly about: string;
}

/** Promises 4 and 8, by what arrived in the inboxes. */
export async function checkMails(
  query: Query,
  place: Place,
  recipients: Recipients,
  findings: Findings,
): Promise<void> {
  const { mails } = place.inbox;
  const rows = await query<MessageRow>(
    `SELECT message.id, message.status, released_at, profile.email, entry_seq IS NOT NULL AS entered,
       concat_ws(' ', campaign_key, step, attempts, reason, reply, not_before) AS about
     FROM message LEFT JOIN lineage ON lineage.contact_id = message.contact_id
     LEFT JOIN profile ON profile.contact_id = coalesce(lineage.survivor_id, message.contact_id)`,
  );
  const ledger = new Map(rows.map((row) => [row.id, row]));
  checkHandedOverOnce(mails, ledger, findings);
  await checkFeedback(query, rows, findings);
  await checkHeldBack(query, findings);
  checkPermission(mails, ledger, recipients, findings);
  await checkOptOuts(query, recipients, findings);
}

/** sent ≤ received ≤ sent + unknown, message by message. */
function checkHandedOverOnce(
  mails: readonly ReceivedMail[],
  ledger: ReadonlyMap<string, MessageRow>,
  findings: Findings,
): void {
  const ids = mails.map(({ id }) => id);
  const arrived = new Set(ids);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  findings.add(
    '8',
    'no mail arrived twice',
    mails.length,
    twice.map((id) => `${id} ${ledger.get(id)?.status}`),
  );
  const strange = mails.filter(({ id }) => !['sent', 'unknown'].includes(ledger.get(id)?.status ?? ''));
  const missing = [...ledger.values()].filter(({ id, status }) => status === 'sent' && !arrived.has(id));
  findings.add('8', 'what arrived is sent or unknown, and what is sent arrived', ledger.size, [
    ...strange.map(({ id }) => `${id} arrived and is ${ledger.get(id)?.status ?? 'in no ledger'}`),
    ...missing.map(({ id }) => `${id} is sent and did not arrive`),
  ]);
  const open = [...ledger.values()].filter(({ status }) => status === 'sending' || status === 'waiting');
  findings.add(
    '8',
    'nothing is left waiting or being sent',
    ledger.size,
    open.map(({ id, status, about }) => `${id} is ${status}: ${about}`),
  );
}

async function checkFeedback(query: Query, rows: readonly MessageRow[], findings: Findings): Promise<void> {
  const told = await query<{ message: string }>(
    `SELECT properties->>'message' AS message FROM event WHERE name = 'Email Sent'`,
  );
  const times = new Map<string, number>();
  for (const { message } of told) times.set(message, (times.get(message) ?? 0) + 1);
  const sent = rows.filter(({ status }) => status === 'sent');
  const wrong = sent.filter(({ id }) => times.get(id) !== 1);
  findings.add(
    '1',
    'each mail that was sent is told once, as an event',
    sent.length,
    wrong.map(({ id }) => `${id} is told ${times.get(id) ?? 0} times`),
  );
}

/** Messages that were held back, and what was told of it, with the reason of each. */
const HELD_BACK = `
  WITH ended AS (
    SELECT message.id || ' ' || reason AS what, 1 AS held, 0 AS told FROM message JOIN campaign ON campaign.key = campaign_key
    WHERE message.status IN ('refused', 'expired') OR (message.status = 'canceled' AND reason <> 'merged')
      OR (message.status = 'not-queued' AND kind = 'campaign')
      OR (message.status = 'failed' AND NOT EXISTS (
            SELECT FROM event WHERE name = 'Email Bounced' AND properties->>'message' = message.id::text))
    UNION ALL
    SELECT concat_ws(' ', properties->>'message', properties->>'reason'), 0, 1 FROM event WHERE name = 'Email Withheld'
  )
  SELECT what, sum(held)::int AS held, sum(told)::int AS told FROM ended GROUP BY what`;

async function checkHeldBack(query: Query, findings: Findings): Promise<void> {
  const all = await query<{ what: string; held: number; told: number }>(HELD_BACK);
  findings.add(
    '1',
    'each mail that was held back is told once, with its reason',
    all.length,
    all
      .filter(({ held, told }) => held !== 1 || told !== 1)
      .map(({ what, held, told }) => `${what}: ${held} held back, ${told} told`),
  );
}

function checkPermission(
  mails: readonly ReceivedMail[],
  ledger: ReadonlyMap<string, MessageRow>,
  { granted, optOuts }: Recipients,
  findings: Findings,
): void {
  const wrong = mails.filter(
    ({ id, to }) => !granted.has(to) || ledger.get(id)?.email !== to || !ledger.get(id)?.entered,
  );
  findings.add(
    '4',
    'mail went only to trusted addresses with a permission',
    mails.length,
    wrong.map(({ id, to }) => `${id} to ${to}`),
  );
  const left = new Map(optOuts.map(({ email, answeredAt }) => [email, answeredAt]));
  for (const { email, answeredAt } of optOuts) left.set(email, Math.min(left.get(email)!, answeredAt));
  const late = mails.filter(
    ({ id, to }) => ledger.get(id)!.released_at!.getTime() > (left.get(to) ?? Infinity),
  );
  findings.add(
    '4',
    'nothing was released after an answered opt-out',
    optOuts.length,
    late.map(({ id, to }) => `${id} to ${to}, released ${toIso(ledger.get(id)!.released_at!.getTime())}`),
  );
}

/** An opt-out that was answered stands, whatever came after it. What its own event tells is committed before. */
async function checkOptOuts(
  query: Query,
  { optOuts, regranted }: Recipients,
  findings: Findings,
): Promise<void> {
  const standing = await query<{ email: string }>(
    `SELECT profile.email FROM profile JOIN suppression ON suppression.address_hash = profile.email_hash
       AND topic = 'newsletter' AND reason = 'opt-out' AND lifted_at IS NULL
     JOIN permission_state AS held ON held.contact_id = profile.contact_id AND held.topic = 'newsletter'
       AND held.state = 'withdrawn'`,
  );
  const stand = new Set(standing.map(({ email }) => email));
  const lost = optOuts.filter(({ email }) => !stand.has(email));
  findings.add('5', 'every answered opt-out stands, also against a form sent again', optOuts.length, [
    ...lost.map(({ email }) => email),
    ...(regranted > 0 ? [`${regranted} times a form undid one`] : []),
  ]);
  const after = await query<{ id: string }>(
    `SELECT message.id FROM message
     JOIN lateral (SELECT min(event.arrival) AS told FROM event
                   WHERE event.contact_id = message.contact_id AND event.name = 'Unsubscribed') AS left_at ON true
     WHERE message.released_at > left_at.told`,
  );
  findings.add(
    '4',
    'nothing was released after an opt-out was told',
    optOuts.length,
    after.map(({ id }) => id),
  );
}

const queuedAs = [
  'waiting',
  'sending',
  'sent',
  'failed',
  'refused',
  'canceled',
  'expired',
  'unknown',
] as const;

/** Promise 8: every report adds up. */
export async function checkReports(
  api: MarketingApi,
  paths: readonly string[],
  findings: Findings,
): Promise<Map<string, Report>> {
  const reports = new Map<string, Report>();
  const faults: string[] = [];
  for (const path of paths) {
    const report = await api.get<Report>(`${path}/report`);
    reports.set(path, report);
    const notQueued = Object.values(report.notQueued).reduce((sum, count) => sum + count, 0);
    const queued = queuedAs.reduce((sum, status) => sum + report[status], 0);
    if (!report.closes || report.audience !== notQueued + report.queued || report.queued !== queued)
      faults.push(`${path}: ${JSON.stringify(report)}`);
  }
  findings.add('8', 'every report closes', paths.length, faults);
  return reports;
}
