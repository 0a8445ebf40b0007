import { goOnAfterOptOuts } from './after-opt-outs';
import { sendBroadcast } from './broadcast';
import { Checks } from './checks';
import { addUp } from './closing';
import { makeCrmExport } from './crm-export';
import { defineCampaigns, defineHouse, defineSegments, segments } from './definitions';
import { FolderNotFree } from './empty-folder';
import { EngineWatch } from './engine-watch';
import { importCustomers } from './import-customers';
import { Inbox } from './inbox';
import { Killing } from './killing';
import { MarketingApi } from './marketing-api';
import { BadOptions, readOptions, usage, type DemoOptions } from './options';
import { Place } from './place';
import { Random } from './random';
import { react } from './recipients';
import { Screen } from './screen';
import { sendHistory } from './send-history';
import { liveTheDay } from './the-day';
import { Tracker } from './tracker';
import type { World } from './world';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (!options) return void process.stdout.write(usage);
  const screen = new Screen();
  screen.write(`Entente, a day at a small shop (seed ${options.seed})\n`);
  screen.chapter('Entente starts on an empty folder');
  const place = await Place.open(options.folder, (text) => screen.warn(text));
  const stopping = stopOnSignal(place, screen);
  try {
    const holds = await Promise.race([play(options, place, screen), place.lost]);
    if (stopping.asked) return;
    process.exitCode = holds ? 0 : 1;
    if (options.exit) await place.stop();
    else leave(place, screen);
  } catch (error) {
    if (!stopping.asked) {
      await place.stop();
      throw error;
    }
  }
}

/** All chapters, one after the other. Gives whether everything that was checked holds. */
async function play(options: DemoOptions, place: Place, screen: Screen): Promise<boolean> {
  const started = performance.now();
  const world = worldOf(options, place, screen);
  screen.line(`an API for marketers, an API for events, pages for recipients, an inbox, a PostgreSQL`);
  const killing = new Killing(place, options);
  for (const [title, chapter] of chapters) {
    screen.chapter(title);
    if (chapter === addUp) await killing.stop();
    await chapter(world);
  }
  await world.tracker.close();
  return conclude(world, (performance.now() - started) / 1_000);
}

const chapters: readonly (readonly [title: string, chapter: (world: World) => Promise<void>])[] = [
  ['A marketer writes segments and campaigns, and puts them live', define],
  ["The shop's CRM export is imported", importCustomers],
  ['The web shop sends the events of the last months', sendHistory],
  ['The day begins', liveTheDay],
  ['A broadcast goes to the customers in France', (world) => sendBroadcast(world, 'news')],
  ['Recipients react', react],
  ['More events come, and a list that still says yes', goOnAfterOptOuts],
  ['A second broadcast goes to the same segment', (world) => sendBroadcast(world, 'more-news')],
  ['What happened', addUp],
];

function worldOf(options: DemoOptions, place: Place, screen: Screen): World {
  const random = new Random(options.seed);
  const crm = makeCrmExport(options.contacts, random);
  return {
    options,
    place,
    screen,
    checks: new Checks(screen),
    random,
    crm,
    api: new MarketingApi(place.url('API'), place.keys.admin),
    tracker: new Tracker(place.url('INGEST'), place.keys.server),
    inbox: new Inbox(place.inbox),
    engine: new EngineWatch(place.url('ENGINE')),
    mayBeMailed: new Set(crm.mayBeMailed),
    cartUsers: new Set(),
    expectedCartSends: 0,
    signUps: [],
    optOuts: new Map(),
  };
}

async function define({ api, screen }: World): Promise<void> {
  await defineHouse(api);
  await defineSegments(api);
  await defineCampaigns(api);
  screen.line(`segments ${Object.keys(segments).join(', ')}`);
  screen.line('campaign "welcome": who gives a permission gets a mail');
  screen.line('campaign "cart": who leaves a cart behind is reminded, and reminded again unless they buy');
}

function conclude({ checks, screen }: World, seconds: number): boolean {
  const took = `${Math.round(seconds)} s`;
  const { held, broken } = checks;
  screen.write(
    broken.length === 0
      ? `\n${screen.bold(`OK: it adds up. ${held} checks hold, after ${took}.`)}\n`
      : `\n${screen.bold(`NOT OK: ${broken.length} of ${held + broken.length} checks do not hold:`)}\n`,
  );
  screen.lines(broken);
  return broken.length === 0;
}

function leave(place: Place, screen: Screen): void {
  const { inbox, keys } = place;
  const api = place.url('API');
  screen.write(
    [
      '',
      'Everything keeps running. Have a look:',
      '',
      `   Inbox          ${inbox}`,
      `   API            ${api}/api/v1/docs`,
      `   API key        ${keys.admin}`,
      `   Report         curl -H 'authorization: Bearer ${keys.admin}' ${api}/api/v1/broadcasts/news/report`,
      `   Site           ${place.url('SITE')} (follow a link of a mail)`,
      '',
      'Ctrl-C stops it.',
      '',
    ].join('\n'),
  );
}

function stopOnSignal(place: Place, screen: Screen): { asked: boolean } {
  const state = { asked: false };
  const stop = () => {
    if (state.asked) return;
    state.asked = true;
    screen.write('\nStopping …\n');
    void place.stop().then(() => process.exit(process.exitCode ?? 130));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return state;
}

main().catch((error: unknown) => {
  const isOurs = error instanceof BadOptions || error instanceof FolderNotFree;
  process.stderr.write(`\n${isOurs ? error.message : String((error as Error).stack ?? error)}\n`);
  if (error instanceof BadOptions) process.stderr.write(`\n${usage}`);
  process.exit(1);
});
