import { MINUTE } from '@entente/kernel';
import { isMachine, verdict, type Hit } from './verdict';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const person: Hit = { at: MINUTE, method: 'GET', userAgent: FIREFOX, sentAt: 0 };

describe('verdict', () => {
  it('takes an ordinary request for a person', () => {
    expect(verdict(person)).toEqual({ by: 'human' });
    expect(verdict({ ...person, clicks: [{ link: 1, at: MINUTE }] })).toEqual({ by: 'human' });
  });

  it('takes HEAD for a machine', () => {
    expect(verdict({ ...person, method: 'HEAD' })).toEqual({ by: 'machine', because: 'head' });
  });

  it('takes a prefetch for a machine', () => {
    expect(verdict({ ...person, purpose: 'prefetch;prerender' })).toEqual({
      by: 'machine',
      because: 'prefetch',
    });
  });

  it.each([
    undefined,
    '',
    'Mozilla/5.0',
    'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
    'YahooMailProxy; https://help.yahoo.com/',
    'Barracuda Sentinel (EE)',
    'curl/8.5.0',
    'python-requests/2.32',
    'Mozilla/5.0 (compatible; bingbot/2.0)',
  ])('takes the agent %p for a machine', (userAgent) => {
    expect(verdict({ ...person, userAgent })).toEqual({ by: 'machine', because: 'user-agent' });
  });

  it.each([
    FIREFOX,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0',
  ])('takes the agent %p for a person', (userAgent) => {
    expect(isMachine({ ...person, userAgent })).toBe(false);
  });

  it('takes what comes within five seconds of sending, or before it is known, for a machine', () => {
    expect(verdict({ ...person, at: 4_999 })).toEqual({ by: 'machine', because: 'too-soon' });
    expect(isMachine({ ...person, at: 5_000 })).toBe(false);
    expect(isMachine({ ...person, sentAt: undefined })).toBe(true);
  });

  it('takes three distinct links within two seconds for a machine, each of them', () => {
    const clicks = [0, 900, 2_000].map((offset, link) => ({ link, at: MINUTE + offset }));
    for (const { at } of clicks) expect(isMachine({ ...person, at, clicks })).toBe(true);
    const slower = [0, 900, 2_001].map((offset, link) => ({ link, at: MINUTE + offset }));
    for (const { at } of slower) expect(isMachine({ ...person, at, clicks: slower })).toBe(false);
    const sameLink = clicks.map(({ at }) => ({ link: 7, at }));
    expect(isMachine({ ...person, clicks: sameLink })).toBe(false);
  });
});
