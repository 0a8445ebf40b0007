import { setTimeout as sleep } from 'node:timers/promises';
import { subjects } from './definitions';
import type { CaughtMail } from './inbox';
import type { Report } from './marketing-api';
import { count, counted } from './screen';
import { isUndisturbed, kinds, reportOf, type SendName, type World } from './world';

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
  const aside = await world.engine.putAside();
  world.checks.same('every record was understood', aside, { records: 0, contacts: 0 });
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

function checkReports(world: World, reports: Reports, received: Readonly<Record<SendName, number>>): void {
  const { checks, signUps, expectedCartSends: carts } = world;
  const disturbed = world.place.restarts > 0;
  const all = names.map((name) => reports[name]);
  checks.that(
    'audience = not queued + queued, and queued = what became of it, everywhere',
    all.every((report) => report.closes && addsUp(report)),
  );
  checks.that(
    disturbed ? 'nothing is left waiting' : 'nothing is left waiting, and nothing is unknown',
    all.every(({ waiting, sending, unknown }) => waiting + sending + (disturbed ? 0 : unknown) === 0),
  );
  checks.that(
    disturbed
      ? 'what the reports call sent lies in the inbox, and nothing else but what they call unknown'
      : 'what the reports call sent is what lies in the inbox',
    names.every((name) => lies(reports[name], received[name])),
    received,
  );
  const [welcomed, reminded] = [reports.welcome.audience, reports.cart.audience];
  checks.that(
    `"welcome" started for each of ${count(signUps.length)} who signed up, "cart" for each cart left behind`,
    welcomed === signUps.length && (isUndisturbed(world) ? reminded === carts : reminded >= carts),
    { welcomed, reminded, carts },
  );
  checks.same('no process ended that nobody ended', world.place.crashes, []);
}

/** Only where nobody can know it, a mail may lie in the inbox that is not called sent. */
const lies = ({ sent, unknown }: Report, received: number): boolean =>
  received >= sent && received <= sent + unknown;

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
