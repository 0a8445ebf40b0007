import type { Browser, Page } from 'playwright-core';
import { findChromium, openBrowser } from '../support/browser';
import { readability } from '../support/readability';
import { TestSite } from '../support/site';

const executable = findChromium();
const describePages = executable ? describe : describe.skip;

describePages('the pages in a browser without scripts', () => {
  let site: TestSite;
  let browser: Browser;
  beforeAll(async () => {
    site = await TestSite.start();
    browser = await openBrowser(executable!);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  const withPage = async (colorScheme: 'light' | 'dark', use: (page: Page) => Promise<void>) => {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      colorScheme,
      viewport: { width: 320, height: 640 },
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (!/status of 404/.test(message.text())) complaints.push(message.text());
    });
    await use(page);
    expect(complaints).toEqual([]);
    await context.close();
  };
  const url = (path: string) => `${site.app.url}${path}`;

  it('lead from the link through the button to the preference center and back, by keyboard alone', async () => {
    const ana = await site.recipient();
    await withPage('light', async (page) => {
      await page.goto(url(await site.path('unsubscribe', ana)));
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'You are unsubscribed' }).waitFor();
      expect(await site.allows(ana)).toBe(false);
      await page.getByRole('link', { name: 'Choose what you receive' }).click();
      await page.getByRole('checkbox', { name: 'Offers & deals' }).press('Space');
      await page.getByRole('button', { name: 'Save my choice' }).click();
      expect(await page.getByRole('status').textContent()).toContain('saved');
      expect(await page.getByRole('checkbox', { name: 'Offers & deals' }).isChecked()).toBe(true);
      expect([await site.allows(ana, 'news'), await site.allows(ana, 'offers')]).toEqual([false, true]);
      await page.getByRole('button', { name: 'Unsubscribe from everything' }).click();
      expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(0);
      expect(await site.allows(ana, 'offers')).toBe(false);
    });
  });

  it.each(['light', 'dark'] as const)('can be read on a narrow screen, %s', async (scheme) => {
    const ben = await site.recipient();
    const paths = [await site.path('unsubscribe', ben), await site.path('preferences', ben), '/u/nonsense'];
    await withPage(scheme, async (page) => {
      for (const path of paths) {
        await page.goto(url(path));
        expect(await page.evaluate(readability)).toEqual({
          lang: 'en',
          overflow: false,
          unreadable: [],
          small: [],
        });
      }
    });
  });
});

if (!executable) it.todo('needs Chromium');
