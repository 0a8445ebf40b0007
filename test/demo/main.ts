import { FolderNotFree } from './empty-folder';
import { NotStarted } from './entente';
import { conclude, leave } from './farewell';
import { BadOptions, readOptions, usage } from './options';
import { Place } from './place';
import { Screen } from './screen';
import { play } from './story';

/** `npm run demo`: exits with 1 when something that it checks does not hold. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (!options) return void process.stdout.write(usage);
  const started = performance.now();
  const screen = new Screen();
  screen.write(`Entente, a day at a small shop (seed ${options.seed})\n`);
  screen.chapter('Entente starts on an empty folder');
  const place = await Place.open(options.folder, (text) => screen.warn(text));
  screen.line('an API for marketers, an API for events, pages for recipients, an inbox, a PostgreSQL');
  const stopping = stopOnSignal(place, screen);
  try {
    const world = await Promise.race([play(options, place, screen), place.lost]);
    if (stopping.asked) return;
    process.exitCode = conclude(world, (performance.now() - started) / 1_000) ? 0 : 1;
    if (options.exit) await place.stop();
    else leave(world);
  } catch (error) {
    if (stopping.asked) return;
    await place.stop();
    throw error;
  }
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
  const isOurs = [BadOptions, FolderNotFree, NotStarted].some((kind) => error instanceof kind);
  process.stderr.write(`\n${isOurs ? (error as Error).message : String((error as Error).stack ?? error)}\n`);
  if (error instanceof BadOptions) process.stderr.write(`\n${usage}`);
  process.exit(1);
});
