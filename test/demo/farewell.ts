import type { World } from './world';

/** Says whether everything that was checked holds. */
export function conclude({ checks, screen }: World, seconds: number): boolean {
  const { held, broken } = checks;
  const verdict =
    broken.length === 0
      ? `OK: it adds up. ${held} checks hold, after ${Math.round(seconds)} s.`
      : `NOT OK: ${broken.length} of ${held + broken.length} checks do not hold:`;
  screen.write(`\n${screen.bold(verdict)}\n`);
  screen.lines(broken);
  return broken.length === 0;
}

/** Says where to look while everything keeps running. */
export function leave({ place, screen, optOuts }: World): void {
  const api = `${place.url('API')}/api/v1`;
  const call = `curl -s -H 'authorization: Bearer ${place.keys.admin}'`;
  const [gone] = optOuts.keys();
  const rows = [
    ['Inbox', place.inbox],
    ['API', `${api}/docs, with the key ${place.keys.admin}`],
    ['Report', `${call} ${api}/broadcasts/news/report`],
    ...(gone ? [['Why not?', `${call} '${api}/contacts/email:${gone}/why?broadcast=more-news'`]] : []),
    ['Why?', `${call} '${api}/contacts/user:new-0/timeline'`],
    ['Pages', 'follow a link of any mail in the inbox'],
  ] as const;
  screen.write('\nEverything keeps running. Have a look:\n\n');
  screen.lines(rows.map(([name, where]) => `${name!.padEnd(9)} ${where}`));
  screen.write('\nCtrl-C stops it.\n');
}
