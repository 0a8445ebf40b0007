import { goOnAfterOptOuts } from './after-opt-outs';
import { sendBroadcast } from './broadcast';
import { Checks } from './checks';
import { addUp } from './closing';
import { makeCrmExport } from './crm-export';
import { defineCampaigns, defineHouse, defineSegments, segments } from './definitions';
import { EngineWatch } from './engine-watch';
import { importCustomers } from './import-customers';
import { Inbox } from './inbox';
import { Killing } from './killing';
import { MarketingApi } from './marketing-api';
import type { DemoOptions } from './options';
import type { Place } from './place';
import { Random } from './random';
import { react } from './recipients';
import type { Screen } from './screen';
import { sendHistory } from './send-history';
import { liveTheDay } from './the-day';
import { Tracker } from './tracker';
import type { World } from './world';

type Chapter = readonly [title: string, tell: (world: World) => Promise<void>];

/** The day, in its order. A chapter is one file and one line here. */
const chapters: readonly Chapter[] = [
  ['A marketer writes segments and campaigns, and puts them live', define],
  ["The shop's CRM export is imported", importCustomers],
  ['The web shop sends the events of the last months', sendHistory],
  ['The day begins', liveTheDay],
  ['A broadcast goes to the customers in France', (world) => sendBroadcast(world, 'news')],
  ['Recipients react', react],
  ['More events come, and a list that still says yes', goOnAfterOptOuts],
  ['A second broadcast goes to the same segment', (world) => sendBroadcast(world, 'more-news')],
];
const closing: Chapter = ['What happened', addUp];

/** Plays all chapters. Gives the world they left. */
export async function play(options: DemoOptions, place: Place, screen: Screen): Promise<World> {
  const world = worldOf(options, place, screen);
  const killing = new Killing(place, options);
  for (const chapter of chapters) await turnTo(chapter, world);
  await killing.stop();
  await turnTo(closing, world);
  await world.tracker.close();
  return world;
}

async function turnTo([title, tell]: Chapter, world: World): Promise<void> {
  world.screen.chapter(title);
  await tell(world);
}

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
    inTime: true,
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
