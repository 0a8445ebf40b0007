import { links, subjects } from './definitions';
import { inParallel } from './in-parallel';
import type { CaughtMail } from './inbox';
import { patientFetch } from './patient-fetch';
import { count } from './screen';
import { until } from './the-day';
import { reportOf, type World } from './world';

const AT_ONCE = 8;
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
/** Whoever clicks sooner is held for a program. */
const HUMAN_AFTER_SECONDS = 6;

/** Some opt out with one click, some follow a link, and scanners look at every link there is. */
export async function react(world: World): Promise<void> {
  const { screen, checks, inbox, random } = world;
  const mails = (await inbox.all())
    .filter(({ subject }) => subject === subjects.news)
    .sort((a, b) => (a.to[0]! < b.to[0]! ? -1 : 1));
  const share = (part: number) => Math.max(5, Math.round(mails.length * part));
  const chosen = random.some(mails, share(0.05) + share(0.03) + share(0.08));
  const leaving = chosen.slice(0, share(0.05));
  const scanned = chosen.slice(leaving.length, leaving.length + share(0.03));
  const clicking = chosen.slice(leaving.length + scanned.length);
  const latest = Math.max(...mails.map(({ receivedAt }) => Date.parse(receivedAt)));
  await until(latest, HUMAN_AFTER_SECONDS, world, 'people need a moment to read');
  const scans = await inParallel(scanned, AT_ONCE, scan);
  screen.line(
    `${count(scanned.length)} mails are scanned: GET and HEAD on their unsubscribe links change nothing`,
  );
  checks.that('scanners get a page', scans.every(Boolean));
  const clicks = await inParallel(clicking, AT_ONCE, (mail) => click(world, mail));
  checks.that(
    `${count(clicking.length)} recipients follow a link, which leads where its author wrote`,
    clicks.every((location) => location === encodeURI(links.shop)),
    clicks.find((location) => location !== encodeURI(links.shop)),
  );
  const answers = await inParallel(leaving, AT_ONCE, (mail) => unsubscribe(world, mail));
  checks.that(
    `${count(leaving.length)} recipients opt out with one click, without cookie, login or redirect`,
    answers.every((status) => status === 200),
    answers.find((status) => status !== 200),
  );
  await world.engine.settled();
  const { optOuts, clicks: told } = await reportOf(world, 'news');
  checks.that(
    'the report of the broadcast tells both',
    optOuts === leaving.length && (told.people === clicking.length || world.place.restarts > 0),
    { optOuts, clicks: told },
  );
}

async function scan({ oneClickUrl }: CaughtMail): Promise<boolean> {
  const statuses = [];
  for (const method of ['GET', 'HEAD'])
    statuses.push((await patientFetch(oneClickUrl!, { method, headers: { 'user-agent': BROWSER } })).status);
  return statuses.every((status) => status === 200);
}

async function click({ inbox }: World, { id }: CaughtMail): Promise<string | null> {
  const html = await inbox.html(id);
  const url = /href="(http[^"]*\/c\/[^"]+)"/.exec(html)?.[1]?.replace(/&amp;/g, '&');
  if (!url) return 'no tracked link in the mail';
  const answer = await patientFetch(url, { redirect: 'manual', headers: { 'user-agent': BROWSER } });
  return answer.headers.get('location');
}

/** What a mailbox provider does when its user presses "unsubscribe" (RFC 8058). */
async function unsubscribe({ optOuts }: World, { oneClickUrl, to }: CaughtMail): Promise<number> {
  const answer = await patientFetch(oneClickUrl!, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
    redirect: 'manual',
  });
  if (answer.ok) optOuts.set(to[0]!, Date.now());
  return answer.status;
}
