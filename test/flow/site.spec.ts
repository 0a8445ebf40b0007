import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { refusal } from '@entente/delivery';
import { gateFacts, lockAddress } from '@entente/storage';
import { TestSite, type Recipient, type SiteAnswer } from '../support/site';
import { Author } from '../support/author';

const ONE_CLICK = 'List-Unsubscribe=One-Click';
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

let site: TestSite;
beforeAll(async () => {
  site = await TestSite.start();
});
afterAll(() => site.close());

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64');

/** All headers of an answer but its date, in one spelling. */
const headersOf = ({ headers: { date: _, ...rest } }: SiteAnswer) =>
  JSON.stringify(Object.entries(rest).sort());

const multipart = (fields: Record<string, string>) => {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--b0\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return `${parts.join('')}--b0--\r\n`;
};

const eventually = async (check: () => Promise<void>) => {
  for (let left = 500; ; left -= 1) {
    try {
      return await check();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
};

describe('P01, promise 9: what only looks changes nothing', () => {
  it('by GET, HEAD, OPTIONS, prefetch, and twenty scanners at once', async () => {
    const ana = await site.recipient();
    const paths = [
      await site.path('unsubscribe', ana),
      await site.path('preferences', ana),
      await site.path('click', ana, { url: 'https://shop.example/', link: 0 }),
      await site.path('open', ana),
    ];
    const before = await site.choices();
    for (const path of paths) {
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        const answer = await site.call(method, path, { 'sec-purpose': 'prefetch' });
        expect([200, 204, 302]).toContain(answer.status);
      }
      await Promise.all(Array.from({ length: 20 }, () => site.get(`${path}?page=unsubscribe&${ONE_CLICK}`)));
    }
    expect(await site.choices()).toEqual(before);
    expect(await site.allows(ana)).toBe(true);
  });
});

describe('P02: a one-click POST opts out', () => {
  const forms: [string, string, Record<string, string>][] = [
    ['urlencoded', ONE_CLICK, { 'content-type': 'application/x-www-form-urlencoded' }],
    [
      'with a charset',
      ONE_CLICK,
      { 'content-type': 'application/x-www-form-urlencoded; charset=ISO-8859-1' },
    ],
    [
      'multipart',
      multipart({ 'List-Unsubscribe': 'One-Click' }),
      { 'content-type': 'multipart/form-data; boundary=b0' },
    ],
    [
      'multipart with a charset and a quoted boundary',
      multipart({ 'List-Unsubscribe': 'One-Click' }),
      { 'content-type': 'multipart/form-data; charset=utf-8; boundary="b0"' },
    ],
    [
      'with a cookie and credentials',
      ONE_CLICK,
      { 'content-type': 'application/x-www-form-urlencoded', cookie: 'a=b', authorization: 'Basic eDp5' },
    ],
  ];

  it.each(forms)('%s, and twice', async (_name, body, headers) => {
    const ben = await site.recipient();
    const path = await site.path('unsubscribe', ben);
    for (let i = 0; i < 2; i += 1) {
      const answer = await site.call('POST', path, headers, body);
      expect(answer.status).toBe(200);
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(answer.headers.location).toBeUndefined();
      expect(await site.allows(ben)).toBe(false);
    }
    expect(await site.standing(ben)).toMatchObject({ state: 'withdrawn', actor: 'recipient', seq: 2 });
    expect(await site.told(ben)).toEqual(['Permission Granted', 'Permission Withdrawn', 'Unsubscribed']);
  });

  it('over HTTP/1.0 without any header that could be missing', async () => {
    const ben = await site.recipient();
    const path = await site.path('unsubscribe', ben);
    const answer = await raw(
      `POST ${path} HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${ONE_CLICK.length}\r\n\r\n${ONE_CLICK}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.[01] 200 /);
    expect(await site.allows(ben)).toBe(false);
  });

  it('as one effect of twenty at once', async () => {
    const ben = await site.recipient();
    const path = await site.path('unsubscribe', ben);
    const answers = await Promise.all(Array.from({ length: 20 }, () => site.form(path, ONE_CLICK)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await site.told(ben)).toEqual(['Permission Granted', 'Permission Withdrawn', 'Unsubscribed']);
  });

  it('of an address whose contact has gone from a restored database', async () => {
    const ghost: Recipient = { ...(await site.recipient()), contact: '999999' };
    expect((await site.form(await site.path('unsubscribe', ghost), ONE_CLICK)).status).toBe(200);
    expect(await site.allows(ghost)).toBe(false);
  });
});

it('the button of the page opts out, and the page leads to the preference center', async () => {
  const cy = await site.recipient();
  const path = await site.path('unsubscribe', cy);
  const asked = await site.get(path);
  expect(asked.status).toBe(200);
  expect(asked.text.match(/<button/g)).toHaveLength(1);
  expect(asked.text).toContain('<html lang="en">');
  expect(asked.text).toContain('Newsletter');
  const done = await site.form(path, 'page=unsubscribe');
  expect(done.status).toBe(200);
  expect(await site.allows(cy)).toBe(false);
  const next = /href="\.\.(\/p\/[^"]+)"/.exec(done.text)![1]!;
  expect((await site.get(next)).text).toContain('Offers &amp; deals');
});

describe('promise 4: nothing is released once an opt-out was answered', () => {
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  /** What a sender does: lock the address, read the facts, commit the release. Says when it had committed. */
  const release = async ({ contact, addressHash }: Recipient) => {
    const may = await site.database.transaction(async (tx) => {
      await lockAddress(tx, addressHash);
      const [facts] = await gateFacts(tx, [{ contact, topic: 'news', addressHash }]);
      await pause(Math.random() * 5);
      return refusal({ ...facts, campaign: 'live' }) === undefined;
    });
    return may ? performance.now() : undefined;
  };

  it('at any interleaving of three senders and the pages', async () => {
    for (let round = 0; round < 30; round += 1) {
      const ray = await site.recipient();
      const unsubscribe = await site.path('unsubscribe', ray);
      const preferences = await site.path('preferences', ray);
      const optOut = async () => {
        await pause(Math.random() * 8);
        const [path, form] = [
          [unsubscribe, ONE_CLICK],
          [preferences, 'page=everything'],
          [preferences, 'page=preferences&shown=news'],
        ][round % 3]!;
        expect((await site.form(path!, form!)).status).toBe(200);
        return performance.now();
      };
      const sender = async () => {
        const releases = [];
        for (let i = 0; i < 4; i += 1) {
          releases.push(await release(ray));
          await pause(Math.random() * 4);
        }
        return releases;
      };
      const [answered, ...released] = await Promise.all([optOut(), sender(), sender(), sender()]);
      // A release may commit before the answer arrives here, never begin after it.
      for (const at of released.flat()) expect(at ?? 0).toBeLessThan(answered + 1);
      expect(await release(ray)).toBeUndefined();
    }
  });
});

describe('P03: any other POST is refused without effect', () => {
  it.each([
    ['another value', 'List-Unsubscribe=Two-Click', 'application/x-www-form-urlencoded'],
    ['an empty form', '', 'application/x-www-form-urlencoded'],
    ['another field', 'a=b', 'application/x-www-form-urlencoded'],
    ['the field of another page', 'page=everything', 'application/x-www-form-urlencoded'],
    ['JSON', '{"List-Unsubscribe":"One-Click"}', 'application/json'],
    ['text', ONE_CLICK, 'text/plain'],
    ['broken multipart', '--b0\r\nnonsense', 'multipart/form-data; boundary=b0'],
    ['multipart without a boundary', multipart({ 'List-Unsubscribe': 'One-Click' }), 'multipart/form-data'],
    [
      'a file of that name',
      multipart({ 'List-Unsubscribe"; filename="x': 'One-Click' }),
      'multipart/form-data; boundary=b0',
    ],
  ])('%s', async (_name, body, type) => {
    const dee = await site.recipient();
    const path = await site.path('unsubscribe', dee);
    const answer = await site.call('POST', path, { 'content-type': type }, body);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('Nothing was changed');
    expect(await site.allows(dee)).toBe(true);
  });

  it('no body and no type; a body over the limit', async () => {
    const dee = await site.recipient();
    const path = await site.path('unsubscribe', dee);
    expect((await site.call('POST', path)).status).toBe(400);
    const big = await site.form(path, `${ONE_CLICK}&name=${'x'.repeat(1_000_000)}`);
    expect(big.status).toBe(413);
    expect(await site.allows(dee)).toBe(true);
  });
});

describe('P04: a token that is not ours', () => {
  it('gets one and the same page, whatever is wrong with it', async () => {
    const eve = await site.recipient();
    const erased = await site.recipient();
    await site.database.run('UPDATE contact SET erased_at = now() WHERE id = $1', [erased.contact]);
    const path = await site.path('unsubscribe', eve);
    const flipped = `${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`;
    const wrong = [
      flipped,
      path.slice(0, -8),
      (await site.path('preferences', eve)).replace('/p/', '/u/'),
      '/u/eyJhbGciOiJub25lIn0.e30.',
      `/u/${'A'.repeat(7_000)}`,
      `/u/${'A'.repeat(10_000)}`,
      '/u/%zz',
      await site.path('unsubscribe', erased),
      '/u/',
      '/nothing/here',
    ];
    const answers = await Promise.all(wrong.map((bad) => site.get(bad)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const headers = answers.map(headersOf);
    expect(new Set(headers).size).toBe(1);
    for (const bad of wrong.slice(0, 6)) expect((await site.form(bad, ONE_CLICK)).status).toBe(404);
    expect(await site.allows(eve)).toBe(true);
  });

  it('of somebody erased still keeps the address from being mailed, and nothing else', async () => {
    const gone = await site.recipient();
    await site.database.run('UPDATE contact SET erased_at = now() WHERE id = $1', [gone.contact]);
    expect((await site.form(await site.path('unsubscribe', gone), ONE_CLICK)).status).toBe(404);
    expect(
      (await site.form(await site.path('preferences', gone), 'page=preferences&shown=news&topic=news'))
        .status,
    ).toBe(404);
    expect(await site.allows(gone)).toBe(false);
    expect((await site.standing(gone))?.seq).toBe(1);
  });
});

describe('other verbs', () => {
  it.each(['unsubscribe', 'preferences', 'click', 'open'] as const)(
    'get 405 on %s links',
    async (purpose) => {
      const path = await site.path(purpose, await site.recipient(), { url: 'https://shop.example/' });
      const posts = purpose === 'click' || purpose === 'open' ? ['POST'] : [];
      for (const method of ['PUT', 'PATCH', 'DELETE', ...posts]) {
        const answer = await site.call(method, path);
        expect(answer.status).toBe(405);
        expect(answer.headers.allow).toBe(`GET, HEAD,${posts.length > 0 ? '' : ' POST,'} OPTIONS`);
      }
      const options = await site.call('OPTIONS', path);
      expect([options.status, options.headers.allow]).toEqual([204, expect.stringContaining('GET')]);
    },
  );
});

describe('P05, promise 10: a click', () => {
  it('leads to the signed URL only, whatever is added', async () => {
    const fay = await site.recipient();
    const url = 'https://shop.example/a?b=c&d=%0d%0aSet-Cookie:x#f';
    const path = await site.path('click', fay, { url, link: 3 });
    for (const added of ['', '?r=https://evil.example', '?r=//evil', '?url=%0d%0aX:1', '#x']) {
      const answer = await site.get(path + added, { 'user-agent': BROWSER });
      expect([answer.status, answer.headers.location]).toEqual([302, url]);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  it('splits no header, and leads nowhere but the web', async () => {
    const fay = await site.recipient();
    const lines = await site.get(await site.path('click', fay, { url: 'https://shop.example/\r\nX-A: 1/ä' }));
    expect(lines.headers['x-a']).toBeUndefined();
    expect(lines.headers.location).toBe('https://shop.example/X-A:%201/%C3%A4');
    for (const url of ['javascript:alert(1)', 'data:text/html,x', '//evil.example', '/p', ''])
      expect((await site.get(await site.path('click', fay, { url }))).status).toBe(404);
  });

  it('is told once for each link, with a verdict', async () => {
    const gus = await site.recipient();
    await new Author(site.database).mailNeeds('news', 'shop', 'welcome-1');
    await site.database.run(`UPDATE message SET chain = '{first,welcome}' WHERE id = $1`, [gus.message]);
    const path = await site.path('click', gus, { url: 'https://shop.example/', link: 1 });
    await site.call('HEAD', path, { 'user-agent': BROWSER });
    await site.get(path, { 'user-agent': BROWSER, 'sec-gpc': '1' });
    await site.get(path, { 'user-agent': BROWSER, dnt: '1' });
    await Promise.all(Array.from({ length: 30 }, () => site.get(path, { 'user-agent': BROWSER })));
    await site.get(path, { 'user-agent': 'curl/8.5.0' });
    await eventually(async () =>
      expect((await site.told(gus)).sort()).toEqual([
        'Email Clicked by human',
        'Email Clicked by machine',
        'Permission Granted',
      ]),
    );
    const subjects = await site.database.query(
      `SELECT DISTINCT record->'properties'->>'subject' AS subject FROM outbox
       WHERE record->>'name' = 'Email Clicked' AND record->'contact'->>0 = $1`,
      [`id:${gus.contact}`],
    );
    expect(subjects).toEqual([{ subject: 'Hello' }]);
    const chains = await site.database.query(
      `SELECT record->'properties'->>'by' AS by, record->'properties'->'chain' AS chain FROM outbox
       WHERE record->>'name' = 'Email Clicked' AND record->'contact'->>0 = $1 ORDER BY 1`,
      [`id:${gus.contact}`],
    );
    expect(chains).toEqual([
      { by: 'human', chain: null },
      { by: 'machine', chain: ['first', 'welcome'] },
    ]);
  });

  it('on every link within two seconds is a machine’s', async () => {
    const lou = await site.recipient();
    for (const link of [0, 1, 2])
      await site.get(await site.path('click', lou, { url: 'https://shop.example/', link }), {
        'user-agent': BROWSER,
      });
    await eventually(async () =>
      expect((await site.told(lou)).sort()).toEqual([
        'Email Clicked by human',
        'Email Clicked by human',
        'Email Clicked by machine',
        'Permission Granted',
      ]),
    );
  });

  it('while the mail is still being handed over is a machine’s', async () => {
    const hal = await site.recipient({ sentAgo: 1_000 });
    await site.get(await site.path('click', hal, { url: 'https://shop.example/' }), {
      'user-agent': BROWSER,
    });
    await eventually(async () => expect(await site.told(hal)).toContain('Email Clicked by machine'));
  });
});

describe('P06: an open', () => {
  it('always gets the same picture', async () => {
    const ida = await site.recipient();
    const paths = [
      await site.path('open', ida),
      '/o/nonsense',
      `/o/${'A'.repeat(7_000)}`,
      `/o/${'A'.repeat(9_000)}`,
    ];
    const answers = await Promise.all(paths.map((path) => site.get(path)));
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('image/gif');
      expect(answer.body).toHaveLength(43);
      expect(answer.body.subarray(0, 6).toString()).toBe('GIF89a');
    }
    expect(new Set(answers.map(headersOf)).size).toBe(1);
  });

  it('is told once however often it is asked for, and never of somebody erased', async () => {
    const [ida, gone] = [await site.recipient(), await site.recipient()];
    await site.database.run('UPDATE contact SET erased_at = now() WHERE id = $1', [gone.contact]);
    const [path, gonePath] = [await site.path('open', ida), await site.path('open', gone)];
    for (let i = 0; i < 10; i += 1)
      await Promise.all(
        Array.from({ length: 40 }, (_, n) => site.get(n % 2 ? path : gonePath, { 'user-agent': BROWSER })),
      );
    await eventually(async () =>
      expect(await site.told(ida)).toEqual(['Permission Granted', 'Email Opened by human']),
    );
    expect(await site.told(gone)).toEqual(['Permission Granted']);
  });
});

describe('P07: the preference center', () => {
  const save = (path: string, ...topics: string[]) =>
    site.form(
      path,
      [
        'page=preferences',
        ...['news', 'offers', 'xss'].map((topic) => `shown=${topic}`),
        ...topics.map((topic) => `topic=${topic}`),
      ].join('&'),
    );

  it('shows what is chosen, and saves what is wished', async () => {
    const jo = await site.recipient();
    const path = await site.path('preferences', jo);
    expect((await site.get(path)).text).toMatch(/value="news" checked/);
    const saved = await save(path, 'offers');
    expect(saved.status).toBe(200);
    expect(saved.text).toMatch(/value="offers" checked/);
    expect(saved.text).not.toMatch(/value="news" checked/);
    expect([await site.allows(jo, 'news'), await site.allows(jo, 'offers')]).toEqual([false, true]);
    expect(await site.standing(jo, 'offers')).toMatchObject({ state: 'granted', actor: 'recipient' });
    await save(path, 'news', 'offers');
    expect(await site.allows(jo, 'news')).toBe(true);
    const rows = await site.database.query<{ evidence: { shown: unknown } }>(
      'SELECT evidence FROM permission_evidence WHERE contact_id = $1 ORDER BY seq DESC LIMIT 1',
      [jo.contact],
    );
    expect(rows[0]!.evidence).toMatchObject({
      way: 'preferences',
      shown: { label: 'Newsletter', language: 'en' },
    });
  });

  it('saving the same at once twenty times enters it once', async () => {
    const jo = await site.recipient();
    const path = await site.path('preferences', jo);
    await Promise.all(Array.from({ length: 20 }, () => save(path, 'news', 'offers')));
    expect(await site.told(jo)).toEqual(['Permission Granted', 'Permission Granted']);
  });

  it('stops everything, until single topics are chosen again', async () => {
    const kim = await site.recipient();
    await site.grant(kim, 'offers');
    const path = await site.path('preferences', kim);
    expect((await site.form(path, 'page=everything')).text).not.toContain(' checked');
    expect([await site.allows(kim, 'news'), await site.allows(kim, 'offers')]).toEqual([false, false]);
    await save(path, 'offers');
    expect([await site.allows(kim, 'news'), await site.allows(kim, 'offers')]).toEqual([false, true]);
  });

  it('touches neither other people nor topics it did not offer', async () => {
    const [lea, other] = [await site.recipient(), await site.recipient()];
    const path = await site.path('preferences', lea);
    const answer = await site.form(
      path,
      `page=preferences&shown=hidden&topic=hidden&topic=offers&shown=*&topic=*&contact=${other.contact}&token=x`,
    );
    expect(answer.status).toBe(200);
    expect([await site.allows(lea), await site.allows(lea, 'offers')]).toEqual([true, false]);
    expect(await site.allows(other)).toBe(true);
    expect((await site.standing(other))?.seq).toBe(1);
    const rows = await site.database.query(
      `SELECT FROM permission WHERE topic IN ('hidden', '*') AND contact_id = $1`,
      [lea.contact],
    );
    expect(rows).toEqual([]);
  });

  it('refuses what is not its form, and a megabyte of name', async () => {
    const path = await site.path('preferences', await site.recipient());
    for (const body of ['', 'page=unsubscribe', ONE_CLICK])
      expect((await site.form(path, body)).status).toBe(400);
    expect((await site.form(path, `page=preferences&name=${'x'.repeat(1_000_000)}`)).status).toBe(413);
  });

  it('shows names as text', async () => {
    const { text } = await site.get(await site.path('preferences', await site.recipient()));
    expect(text).not.toContain('<script>');
    expect(text).not.toContain('<img>');
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });
});

it('P08: every page says that nothing is kept, indexed, framed or loaded', async () => {
  const mia = await site.recipient();
  const paths = [
    await site.path('unsubscribe', mia),
    await site.path('preferences', mia),
    await site.path('click', mia, { url: 'https://shop.example/' }),
    await site.path('open', mia),
    '/u/nonsense',
  ];
  for (const path of paths) {
    const { headers, text } = await site.get(path);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
      ),
    });
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(text.length).toBeLessThan(8_000);
    const style = /<style>([^]*)<\/style>/.exec(text)?.[1];
    if (style) expect(headers['content-security-policy']).toContain(sha256(style));
  }
});

it('tells nothing of our insides when the database is away', async () => {
  const nan = await site.recipient();
  const path = await site.path('preferences', nan);
  const broken = jest.spyOn(site.database, 'query').mockRejectedValue(new Error('secret'));
  const answer = await site.get(path);
  broken.mockRestore();
  expect(answer.status).toBe(500);
  expect(answer.text).toContain('This did not work');
  expect(answer.text).not.toContain('secret');
});

function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port, hostname } = new URL(site.app.url!);
    let answer = '';
    const socket = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname, () =>
      socket.write(text),
    );
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
