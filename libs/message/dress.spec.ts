import { dress, type Dressing } from './dress';
import { MessageLinks, safeLink, type LinkOwner } from './links';
import { compileTemplate, render, type TemplateSource } from './template';
import { readToken, type TokenKey } from './tokens';

const key: TokenKey = { kid: 1, key: Buffer.alloc(48, 1) };
const owner: LinkOwner = {
  contact: '17',
  addressHash: Buffer.alloc(32, 3),
  message: '0192aa00-1111-8222-8333-444455556666',
  topic: 'newsletter',
};
const links = new MessageLinks(key, 'https://mail.shop.example/', owner);

const dressing: Dressing = {
  links,
  owner,
  from: { name: 'The Shop', address: 'news@shop.example' },
  to: 'ana@example.com',
  postalAddress: '1 rue de la Paix\n75002 Paris',
  sendingDomain: 'shop.example',
  topicName: 'Newsletter',
  campaign: 'welcome',
  tracking: true,
  date: Date.UTC(2026, 10, 23),
};

function mail(source: Partial<TemplateSource>, view: object = {}, changes: Partial<Dressing> = {}) {
  const { unsubscribeUrl, preferencesUrl } = links;
  const compiled = compileTemplate({ subject: 's', html: '<p>x</p>', ...source });
  return dress(render(compiled, { unsubscribeUrl, preferencesUrl, ...view }), { ...dressing, ...changes });
}

const hrefs = (html: string): string[] => [...html.matchAll(/href="([^"]*)"/g)].map((match) => match[1]!);
const clickOf = (url: string) => readToken([key], 'click', url.replace('https://mail.shop.example/c/', ''));

describe('dressing a mail', () => {
  it('puts in the ways out and the postal address that the author forgot', () => {
    const { html, text } = mail({ html: '<html><body><p>Hi</p></body></html>' });
    expect(html).toMatch(
      /Hi<\/p><div[^>]*>The Shop<br>1 rue de la Paix<br>75002 Paris<br><a [^>]*>Unsubscribe<\/a>/,
    );
    expect(html).toMatch(/<img [^>]*><\/body><\/html>$/);
    expect(hrefs(html)).toEqual([links.unsubscribeUrl, links.preferencesUrl]);
    expect(text).toBe(
      `Hi\n\n-- \nThe Shop\n1 rue de la Paix\n75002 Paris\nUnsubscribe: ${links.unsubscribeUrl}\nChoose what you receive: ${links.preferencesUrl}\n`,
    );
  });

  it('leaves a mail alone whose author placed them', () => {
    const html =
      '<p>1 rue de la Paix, 75002 Paris <a href="{{unsubscribeUrl}}">a</a><a href="{{preferencesUrl}}">b</a></p>';
    const placed = mail({ html, text: '1 rue de la Paix 75002 Paris {{unsubscribeUrl}} {{preferencesUrl}}' });
    expect(placed.html).not.toContain('Unsubscribe');
    expect(hrefs(placed.html)).toEqual([links.unsubscribeUrl, links.preferencesUrl]);
    expect(placed.text).not.toContain('-- ');
  });

  it.each([
    ['in a comment', '<!-- <a href="{{unsubscribeUrl}}">a</a> -->'],
    ['not displayed', '<div style="display: none"><p><a href="{{unsubscribeUrl}}">a</a></p></div>'],
    ['itself not displayed', '<a style="DISPLAY:none" href="{{unsubscribeUrl}}">a</a>'],
    ['in hidden text', '<div hidden><b></i><a href="{{unsubscribeUrl}}">a</a></b></div>'],
    ['of no size', '<p style="font-size:0px"><a href="{{unsubscribeUrl}}">a</a></p>'],
  ])("adds one where the author's is %s", (_, html) =>
    expect(mail({ html }).html).toContain('>Unsubscribe</a>'),
  );

  it('sees a link after a hidden element has ended', () => {
    const html = '<div style="display:none">preview<br></div><a href="{{unsubscribeUrl}}">a</a>';
    expect(mail({ html }).html).not.toContain('>Unsubscribe</a>');
  });

  it('tells the click of each web link, and only of those', () => {
    const source = `<a href="https://a.example/">1</a><a href='https://a.example/x?a=1&amp;b=2'>2</a><a href=https://b.example/>3</a>
      <a data-track="off" href="https://c.example/">4</a><a href="mailto:x@y.example">5</a><a href="#top">6</a>`;
    const found = [...mail({ html: source }).html.matchAll(/href=(?:"([^"]*)"|'([^']*)')/g)].map(
      (m) => m[1] ?? m[2]!,
    );
    expect(found.slice(0, 3).map((url) => clickOf(url)?.url)).toEqual([
      'https://a.example/',
      'https://a.example/x?a=1&b=2',
      'https://b.example/',
    ]);
    expect(found.slice(0, 3).map((url) => clickOf(url)?.link)).toEqual([0, 1, 2]);
    expect(found.slice(3, 6)).toEqual(['https://c.example/', 'mailto:x@y.example', '#top']);
  });

  it('does not mistake a longer link for a shorter one', () => {
    const html =
      '<a href="https://a.example/x">1</a><a href="https://a.example/xy">2</a> https://a.example/x';
    const [first, second] = hrefs(mail({ html }).html);
    expect([clickOf(first!)?.url, clickOf(second!)?.url]).toEqual([
      'https://a.example/x',
      'https://a.example/xy',
    ]);
    expect(mail({ html }).html).toContain(' https://a.example/x<div');
  });

  it('lets no value lead where no mail may', () => {
    const html = '<a href="{{contact.url}}">x</a><img src="{{contact.url}}">';
    for (const url of [
      'javascript:alert(1)',
      'JAVA\tSCRIPT:alert(1)',
      'data:text/html,x',
      '//evil.example',
      'http://good@evil.example',
      'https:\\\\evil.example',
      'https://',
    ]) {
      const made = mail({ html }, { contact: { url } });
      expect(hrefs(made.html)[0]).toBe('#');
      expect(made.html).not.toContain('evil');
    }
  });

  it('tracks nothing when told so', () => {
    const { html } = mail({ html: '<a href="https://a.example/">1</a>' }, {}, { tracking: false });
    expect(html).toContain('<a href="https://a.example/">1</a>');
    expect(html).not.toContain('<img');
  });

  it('writes the headers of list mail', () => {
    const { headers, messageId } = mail(
      {},
      {},
      { topicName: 'Nouveautés <x>', unsubscribeMailbox: 'out@shop.example' },
    );
    expect(headers).toEqual({
      'List-Unsubscribe': `<${links.unsubscribeUrl}>, <mailto:out@shop.example?subject=unsubscribe>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'List-Id': 'Nouveautes x <newsletter.shop.example>',
      'Feedback-ID': 'welcome:newsletter:marketing:shop-example',
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'OOF, AutoReply',
      Precedence: 'bulk',
    });
    expect(messageId).toBe('<0192aa00-1111-8222-8333-444455556666@shop.example>');
  });
});

describe('a safe link', () => {
  it.each(['https://a.example/?a=b#c', 'http://a.example', 'mailto:a@b.example', 'tel:+33123456789', '#x'])(
    'may be %s',
    (link) => expect(safeLink(link)).toBe(link),
  );
  it.each(['ftp://a.example', 'javascript:x', 'https://a b.example', 'https://[x', 'a.example', ''])(
    'is not %s',
    (link) => expect(safeLink(link)).toBeUndefined(),
  );
});
