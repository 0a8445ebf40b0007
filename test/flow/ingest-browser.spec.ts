import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { findChromium, openBrowser } from '../support/browser';
import { eventually } from '../support/eventually';
import { testIngest, type TestIngest } from '../support/ingest';

const executable = findChromium();
const describePages = executable ? describe : describe.skip;

/** A shop's page on another origin that loads the official SDK and makes each of its calls. */
const page = (writeKey: string, cdnURL: string, options: object) => `<!doctype html><title>Shop</title>
<script src="/analytics.js"></script>
<script>
  const analytics = AnalyticsNext.AnalyticsBrowser.load(${JSON.stringify({ writeKey, cdnURL })}, ${JSON.stringify(options)});
  (async () => {
    await analytics.page('Shop', { section: 'shoes' });
    await analytics.track('Product Viewed', { price: 49.5, name: 'Été' });
    await analytics.alias('user-7');
    await analytics.identify('user-7', { email: 'ana@example.com' });
    await analytics.group('group-7', { plan: 'pro' });
    await analytics.track('Last Call');
    document.title = 'done';
  })();
</script>`;

describePages('the browser SDK as it is', () => {
  let ingest: TestIngest;
  let browser: Browser;
  let shop: Server;
  let html = '';
  beforeAll(async () => {
    browser = await openBrowser(executable!);
    const sdk = readFileSync(require.resolve('@segment/analytics-next/dist/umd/index.js'));
    shop = createServer((request, response) => {
      const isScript = request.url === '/analytics.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
      response.end(isScript ? sdk : html);
    });
    await new Promise<void>((listening) => shop.listen(0, '127.0.0.1', listening));
  });
  afterAll(async () => {
    await browser?.close();
    shop?.close();
  });

  /** Opens the page until all its calls are made; gives the origins that were asked: the shop's and ours. */
  async function visit(options: object): Promise<string[]> {
    html = page(ingest.writeKey, ingest.url, options);
    const context = await browser.newContext();
    const tab = await context.newPage();
    const asked: string[] = [];
    tab.on('request', (request) => asked.push(new URL(request.url()).origin));
    await tab.goto(`http://127.0.0.1:${(shop.address() as AddressInfo).port}/`);
    await tab.waitForFunction("document.title === 'done'");
    await eventually(async () => (await ingest.stored('name', 'Last Call')).length === 1);
    await context.close();
    return [...new Set(asked)];
  }

  beforeEach(async () => (ingest = await testIngest()));
  afterEach(() => ingest?.close());

  it.each([
    ['one by one', {}],
    [
      'in batches',
      {
        integrations: {
          'Segment.io': { deliveryStrategy: { strategy: 'batching', config: { size: 3, timeout: 200 } } },
        },
      },
    ],
  ])('finds its settings and delivers every call, %s, here and nowhere else', async (_how, options) => {
    expect(await visit(options)).toHaveLength(2);
    const facts = await ingest.stored('messageId', '%');
    const byType = Object.fromEntries(facts.map((fact) => [fact.type, fact]));
    expect(facts.map(({ type }) => type).sort()).toEqual([
      'alias',
      'group',
      'identify',
      'page',
      'track',
      'track',
    ]);
    expect(byType.page).toMatchObject({ name: 'Shop', properties: { section: 'shoes' } });
    expect(byType.identify).toMatchObject({ userId: 'user-7', traits: { email: 'ana@example.com' } });
    expect(byType.group).toMatchObject({ groupId: 'group-7', userId: 'user-7' });
    expect(byType.alias).toMatchObject({ userId: 'user-7', previousId: byType.alias!.anonymousId });
    expect(new Set(facts.map(({ anonymousId }) => anonymousId)).size).toBe(1);
    expect(facts.find(({ name }) => name === 'Product Viewed')).toMatchObject({
      properties: { price: 49.5, name: 'Été' },
    });
  });
});
