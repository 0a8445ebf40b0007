import { setTimeout as sleep } from 'node:timers/promises';
import { subjects } from './definitions';
import type { CaughtMail } from './inbox';
import type { Report } from './marketing-api';
import { count, counted } from './screen';
import { kinds, reportOf, type SendName, type World } from './world';

const names = Object.keys(kinds) as SendName[];
const PATIENCE_MS = 60_000;

/** Which mails belong to which send. */
const mailsOf: Record<SendName, readonly string[]> = {
  welcome: [subjects.welcome],
  cart: [subjects['cart-reminder'], subjects['cart-nudge']],
  news: [subjects.news],
  'more-news': [subjects['more-news']],
};

type Reports = Record<SendName, Report>;

/** Waits until nothing is left to do, and adds up. */
export async function addUp(world: World): Promise<void> {
  const reports = await finalReports(world);
  const mails = await world.inbox.all();
  const received = Object.fromEntries(
    names.map((name) => [name, mails.filter(({ subject }) => mailsOf[name].includes(subject)).length]),
  ) as Record<SendName, number>;
  showTable(world, reports, received);
  checkReports(world, reports, received);
  checkMails(world, mails);
}

async function finalReports(world: World): Promise<Reports> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    await world.engine.settled((behind) =>
      world.screen.waiting(`last events, ${behind.toFixed(1)} s behind`),
    );
    const all = await Promise.all(names.map((name) => reportOf(world, name)));
    if (all.every(isOver) || Date.now() > end)
      return Object.fromEntries(names.map((name, index) => [name, all[index]!])) as Reports;
    world.screen.waiting('the last walks and mails');
    await sleep(300);
  }
}

const isOver = ({ done, enrollments }: Report): boolean => done && (enrollments.active ?? 0) === 0;

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

function showTable({ screen }: World, reports: Reports, received: Record<SendName, number>): void {
  const header = ['', 'audience', '=', 'not queued', '+', 'queued', ...queuedAs, 'in the inbox'];
  const rows = names.map((name) => {
    const report = reports[name];
    const kept = sum(report.notQueued);
    return [
      name,
      ...[report.audience, '=', kept, '+', report.queued],
      ...queuedAs.map((status) => report[status]),
      received[name],
    ];
  });
  const total = header.map((_, column) => {
    const cells = rows.map((row) => row[column]!);
    return typeof cells[0] === 'number'
      ? cells.reduce<number>((all, cell) => all + Number(cell), 0)
      : cells[0]!;
  });
  screen.table(header, [...rows, ['all', ...total.slice(1)]]);
  for (const name of names) screen.line(`${name}, not queued: ${counted(reports[name].notQueued)}`);
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, number) => all + number, 0);

function checkReports(
  { checks, signUps, expectedCartSends }: World,
  reports: Reports,
  received: object,
): void {
  const all = names.map((name) => reports[name]);
  checks.that(
    'audience = not queued + queued, and queued = what became of it, everywhere',
    all.every((report) => report.closes && addsUp(report)),
  );
  checks.that(
    'nothing is left waiting, and nothing is unknown',
    all.every(({ waiting, sending, unknown }) => waiting + sending + unknown === 0),
  );
  const sent = Object.fromEntries(names.map((name) => [name, reports[name].sent]));
  checks.same('what the reports call sent is what lies in the inbox', received, sent);
  checks.same(
    `"welcome" started for each of ${count(signUps.length)} who signed up, "cart" for each cart left behind`,
    [reports.welcome.audience, reports.cart.audience],
    [signUps.length, expectedCartSends],
  );
}

const addsUp = (report: Report): boolean =>
  report.audience === sum(report.notQueued) + report.queued &&
  report.queued === queuedAs.reduce((all, status) => all + report[status], 0);

function checkMails({ checks, optOuts, mayBeMailed }: World, mails: readonly CaughtMail[]): void {
  const known: readonly string[] = Object.values(subjects);
  const strange = mails.find(({ subject, to }) => !known.includes(subject) || to.length !== 1);
  checks.that('each mail in the inbox is to one recipient and of one of these sends', !strange, strange);
  const places = mails.map(({ to, subject }) => `${to[0]} ${subject}`);
  const twice = places.find((place, index) => places.indexOf(place) !== index);
  checks.that('nobody got a mail twice', twice === undefined, twice);
  const uninvited = mails.find(({ to }) => !mayBeMailed.has(to[0]!));
  checks.that('nobody was mailed who never said yes, or who had opted out before', !uninvited, uninvited);
  const late = mails.find(({ to, receivedAt }) => Date.parse(receivedAt) > (optOuts.get(to[0]!) ?? Infinity));
  checks.that(`of ${count(optOuts.size)} who opted out today, nobody was mailed after it`, !late, late);
}
