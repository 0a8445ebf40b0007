import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { mailFor } from '../../../test/support/mails';
import { openSmtpMailer } from '../smtp';
import { startCatcher, type Catcher } from './catcher';

let catcher: Catcher;
beforeEach(async () => {
  catcher = await startCatcher({ smtpPort: 0, inboxPort: 0, host: '127.0.0.1', keep: 20 });
});
afterEach(() => catcher.close());

async function send(...mails: Parameters<typeof mailFor>[0][]): Promise<void> {
  const mailer = openSmtpMailer(catcher.smtpUrl);
  const session = await mailer.open();
  for (const mail of mails) await session.send(mailFor(mail));
  await mailer.close();
}

const get = (path: string): Promise<Response> => fetch(catcher.inboxUrl + path);
const json = async (path: string): Promise<{ total: number; messages: Record<string, unknown>[] }> =>
  (await (await get(path)).json()) as never;

it('lists what it caught, newest first, by recipient too', async () => {
  await send({ to: 'ana@example.com', subject: 'one' }, { to: 'bob@example.com', subject: 'two & <b>' });
  expect((await json('/api/messages')).messages).toMatchObject([
    { id: 2, to: ['bob@example.com'], subject: 'two & <b>' },
    { id: 1, to: ['ana@example.com'], oneClickUrl: 'https://mail.shop.example/u/token' },
  ]);
  expect(await json('/api/messages?to=ANA&limit=5')).toMatchObject({ total: 1, messages: [{ id: 1 }] });
  expect(await json('/api/messages/count')).toEqual({ total: 2 });
  const page = await (await get('/')).text();
  expect(page).toContain('two &#38; &#60;b&#62;');
  expect(page.indexOf('/messages/2')).toBeLessThan(page.indexOf('/messages/1'));
});

it('shows a mail in a frame that runs nothing, its text, headers and source', async () => {
  await send({ html: '<p>Hi</p><script>alert(1)</script>', text: '<script>' });
  const page = await get('/messages/1');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const shown = await page.text();
  expect(shown).toContain('<iframe sandbox=');
  expect(shown).toContain('&#60;script&#62;');
  expect(shown).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
  const frame = await get('/messages/1/html');
  expect(frame.headers.get('content-security-policy')).toMatch(/^sandbox /);
  expect(await frame.text()).toContain('<p>Hi</p>');
  expect((await (await get('/messages/1/raw')).text()).startsWith('Date: ')).toBe(true);
  expect(((await (await get('/api/messages/1')).json()) as { text: string }).text).toBe('<script>');
  expect((await get('/messages/2')).status).toBe(404);
});

it('unsubscribes as a mailbox does', async () => {
  const posts: string[] = [];
  const site = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      posts.push(`${request.method} ${request.url} ${request.headers['content-type']} ${body}`);
      response.end();
    });
  });
  await once(site.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/u/token`;
  const headers = { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
  await send({ headers });
  const answer = await fetch(`${catcher.inboxUrl}/messages/1/unsubscribe`, { method: 'POST' });
  expect(await answer.text()).toContain('answered 200');
  expect(posts).toEqual(['POST /u/token application/x-www-form-urlencoded List-Unsubscribe=One-Click']);
  site.close();
});

it('takes changes from its own pages only', async () => {
  await send({});
  const headers = { origin: 'http://evil.example' };
  expect((await fetch(`${catcher.inboxUrl}/api/messages`, { method: 'DELETE', headers })).status).toBe(403);
  expect(catcher.total).toBe(1);
  expect((await fetch(`${catcher.inboxUrl}/api/messages`, { method: 'DELETE' })).status).toBe(204);
  expect(await json('/api/messages')).toEqual({ total: 0, messages: [] });
});

it('keeps the newest and counts all', async () => {
  await send(...Array.from({ length: 30 }, (_, n) => ({ to: `p${n}@example.com` })));
  expect(catcher.total).toBe(30);
  expect(catcher.list().length).toBeLessThanOrEqual(22);
  expect(catcher.list()[0]!.to).toEqual(['p29@example.com']);
});
