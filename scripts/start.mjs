// `npm start`, `npm run start:<app>` and `npm run demo`: installs what is missing, builds, and runs an app of dist/ in this very process.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fail, prepare, root, run } from './prepare.mjs';

const mains = {
  allinone: 'apps/allinone',
  ingest: 'apps/ingest',
  engine: 'apps/engine',
  sender: 'apps/sender',
  api: 'apps/api',
  site: 'apps/site',
  migrate: 'migrations',
  demo: 'test/demo',
};

const [app = 'allinone', ...args] = process.argv.slice(2);
const main = mains[app] && join(root, 'dist', mains[app], 'main.js');
if (!main) fail(`There is no app ${app}; there are ${Object.keys(mains).join(', ')}.`);

process.chdir(root);
prepare();
run(process.execPath, ['scripts/build.mjs']); // a process of its own: the compiler's memory is of no use to the app
if (!existsSync(main)) fail(`The build made no ${main}.`);
stopWithNpm();
process.setSourceMapsEnabled(true);
process.argv = [process.argv[0], main, ...args];
createRequire(import.meta.url)(main);

/** A killed npm takes nothing with it; an app that nobody waits for would go on holding its ports and its database. */
function stopWithNpm() {
  if (!process.env['npm_lifecycle_event']) return;
  const npm = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== npm) process.kill(process.pid, 'SIGTERM');
  }, 500).unref();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => clearInterval(watch));
}
