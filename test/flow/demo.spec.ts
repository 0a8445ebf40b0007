import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openFolder } from '../support/open-folder';

const root = join(__dirname, '..', '..');

const names = ['INGEST', 'API', 'SITE', 'ENGINE', 'SENDER', 'CATCHER_SMTP', 'INBOX'];
const anyPorts = Object.fromEntries(names.map((name) => [`${name}_PORT`, '0']));

/** Runs the demo itself, a small one; gives what it printed and its exit code. */
async function demo(args: readonly string[]): Promise<{ printed: string; code: number | null }> {
  const { npm_lifecycle_event: _, ...env } = process.env;
  const child = spawn(process.execPath, [join(root, 'dist', 'test', 'demo', 'main.js'), ...args], {
    cwd: root,
    env: { ...env, ...anyPorts },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { printed, code };
}

beforeAll(() => {
  const built = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stderr);
}, 120_000);

it('a day of a small shop adds up (promises 4, 5, 7, 8, 9, 10)', async () => {
  const folder = openFolder('demo');
  try {
    const options = ['--contacts', '200', '--events', '1500', '--seed', '11', '--exit'];
    const { printed, code } = await demo([...options, '--folder', join(folder, 'data')]);
    expect(printed).toContain('OK: it adds up.');
    expect(printed).not.toContain('✗');
    expect(rowsOf(printed)).toEqual(['welcome', 'cart', 'news', 'more-news', 'all']);
    expect(code).toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 240_000);

it('options that cannot be meant are refused', async () => {
  const { printed, code } = await demo(['--contacts', 'many']);
  expect(printed).toContain('--contacts must be a whole number');
  expect(code).toBe(1);
});

/** The rows of the closing table whose sums hold, as printed. */
function rowsOf(printed: string): string[] {
  const numbers = /^ +(\S+) +([\d,]+) {2}= +([\d,]+) {2}\+ +([\d,]+)((?: +[\d,]+){8}) +([\d,]+)$/gm;
  const number = (text: string) => Number(text.replace(/,/g, ''));
  return [...printed.matchAll(numbers)].flatMap(([, name, audience, kept, queued, states, inbox]) => {
    const each = states!.trim().split(/ +/).map(number);
    const [, , sent] = each;
    const closes =
      number(audience!) === number(kept!) + number(queued!) &&
      number(queued!) === each.reduce((sum, state) => sum + state, 0);
    return closes && sent === number(inbox!) ? [name!] : [];
  });
}
