import { BadSettings, closeOnSignal, openLog, settingsOrExit } from '@entente/runtime';
import { FolderInUse } from '@entente/storage';
import { startAllInOne } from './all-in-one';
import { greeting } from './greeting';
import { logFile } from './log-file';

/** Whoever read what is printed may be gone (`npm start | head`): no reason to fail while others are served. */
const speakToNobody = () => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
};

async function main(): Promise<void> {
  speakToNobody();
  const settings = settingsOrExit();
  const target = logFile(settings.dataDir);
  const log = openLog(settings, 'allinone', target);
  try {
    const running = await startAllInOne(settings, log);
    closeOnSignal(settings, log, async () => {
      process.stdout.write('\nStopping …\n');
      await running.close();
      process.stdout.write('Stopped.\n');
    });
    process.stdout.write(greeting(running, target.path));
  } catch (error) {
    const advice = adviceOn(error);
    if (advice) process.stderr.write(`${advice}\n`);
    else log.fatal({ err: error }, 'could not start');
    process.exit(1);
  }
}

/** What a person can do about it, where it is one of the things that happen to people. */
function adviceOn(error: unknown): string | undefined {
  if (error instanceof BadSettings || error instanceof FolderInUse) return error.message;
  const { code, port } = error as { code?: string; port?: number };
  return code === 'EADDRINUSE'
    ? `Port ${port} is in use: stop what listens there, or set another one (README.md, Settings).`
    : undefined;
}

void main();
