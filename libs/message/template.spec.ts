import { checkTemplate, compileTemplate, render } from './template';

const codes = (html: string): string[] =>
  checkTemplate({ subject: 's', html, text: 't' }).map(({ code }) => code);
const html = (source: string, view = {}): string =>
  render(compileTemplate({ subject: 's', html: source, text: 't' }), view).html;

describe('checking a template', () => {
  it('passes what mails are made of', () => {
    const source = `<!doctype html><html><head><title>x</title><style>a{color:red}</style></head><body>
      <!--[if mso]><table><tr><td><![endif]-->
      <p style="color:{{contact.color}}">Hi {{default contact.firstName "there"}}, {{number event.total decimals=2}}</p>
      {{#each contact.items as |item|}}<a href="https://shop.example/{{item.id}}?a=1&amp;b=2">{{@index}} {{../contact.x}} {{name}}</a>
      {{else}}none{{/each}} {{#if contact.a}}x{{else if contact.b}}y{{/if}}{{#unless contact.c}}z{{/unless}}
      <td {{#if contact.big}}class="big"{{/if}}>{{date event.at locale="fr" zone="Europe/Paris"}}</td>
      <a href="{{unsubscribeUrl}}">bye</a><a href='{{preferencesUrl}}'>choose</a><a href="#top">top</a></body></html>`;
    expect(checkTemplate({ subject: 'Hi {{contact.firstName}}', html: source })).toEqual([]);
  });

  it.each([
    ['{{{contact.raw}}}', 'raw'],
    ['{{&contact.raw}}', 'raw'],
    ['{{> partial}}', 'not-allowed'],
    ['{{#> layout}}x{{/layout}}', 'not-allowed'],
    ['{{#*inline "x"}}{{/inline}}', 'not-allowed'],
    ['{{* decorator}}', 'not-allowed'],
    ['{{lookup this "constructor"}}', 'unknown-helper'],
    ['{{log contact}}', 'unknown-helper'],
    ['{{#repeat contact.n}}x{{/repeat}}', 'unknown-block'],
    ['{{@root.secret}}', 'unknown-name'],
    ['{{firstName}}', 'unknown-name'],
    ['{{#if contact.a}}', 'syntax'],
    ['{{contact', 'syntax'],
    ['<a href={{contact.url}}>x</a>', 'unquoted'],
    ['<{{contact.tag}}>', 'interpolated-tag'],
    ['<a {{contact.attributes}}>x</a>', 'interpolated-attribute'],
    ['<script>{{contact.x}}</script>', 'element'],
    ['<p onclick="x">', 'handler'],
    ['<a href="javascript:alert(1)">x</a>', 'link'],
    ['<a href="java&#115;cript:alert(1)">x</a>', 'link'],
    ['<a href="//evil.example">x</a>', 'link'],
    ['<a href="http://good@evil.example">x</a>', 'link'],
    ['<a href="/relative">x</a>', 'link'],
    ['<!-- never ends', 'unclosed'],
    ['<p><a href="https://x.example', 'unclosed'],
    ['<style>a{}', 'unclosed'],
  ])('names what is wrong with %s', (source, code) => expect(codes(source)).toContain(code));

  it('takes strings only', () => {
    expect(checkTemplate({ subject: 's', html: { type: 'Program', body: [] } })).toEqual([
      { path: 'html', code: 'type', message: 'must be a string', expected: 'string' },
    ]);
  });

  it.each([
    ['many mustaches', '{{contact.a}}'.repeat(20_000)],
    ['deep blocks', '{{#if contact.a}}'.repeat(5_000) + '{{/if}}'.repeat(5_000)],
    ['deep calls', `{{default ${'(default '.repeat(5_000)}1${')'.repeat(5_000)} 2}}`],
    ['much text', 'x'.repeat(2 * 1024 * 1024)],
    ['many tags', '<'.repeat(200_000)],
    ['many open attributes', '<a b='.repeat(50_000)],
  ])('answers %s at once', (_, source) => {
    const start = performance.now();
    codes(source);
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('refuses what is too large without parsing it', () => {
    expect(codes('{{#if contact.a}}'.repeat(21) + '{{/if}}'.repeat(21))).toEqual(['too-large']);
    expect(codes('{{contact.a}}'.repeat(2_001))).toEqual(['too-large']);
  });
});

describe('rendering', () => {
  it('escapes values and never renders them again', () => {
    const name = '<script>{{secret}}</script>"\'';
    expect(html('<p title="{{contact.name}}">{{contact.name}}</p>', { contact: { name }, secret: 1 })).toBe(
      '<p title="&lt;script&gt;{{secret}}&lt;/script&gt;&quot;&#x27;">&lt;script&gt;{{secret}}&lt;/script&gt;&quot;&#x27;</p>',
    );
  });

  it('gives nothing for what is missing or built in', () => {
    const view = JSON.parse('{"contact":{"a":"text","list":[1]}}');
    for (const path of [
      'contact.none.deep',
      'contact.constructor',
      'contact.__proto__',
      'contact.__proto__.x',
    ])
      expect(html(`[{{${path}}}]`, view)).toBe('[]');
    expect(
      html('{{#with contact.a as |s|}}[{{s.split}}{{s.constructor.name}}{{s.length}}]{{/with}}', view),
    ).toMatch(/^\[\d?\]$/);
    expect(html('{{#each contact.list}}{{this.constructor}}{{/each}}', view)).toBe('');
  });

  it('keeps the subject on one line', () => {
    const compiled = compileTemplate({ subject: 'Hi {{contact.name}} & co', html: '' });
    const name = 'Ann\r\nBcc: evil@evil.example\u0000\u2028<b>';
    expect(render(compiled, { contact: { name } }).subject).toBe('Hi Ann Bcc: evil@evil.example <b> & co');
  });

  it('ends nested loops over large lists', () => {
    const items = Array.from({ length: 3_000 }, (_, index) => index);
    const source =
      '{{#each contact.items}}{{#each ../contact.items}}{{#each ../../contact.items}}x{{/each}}{{/each}}{{/each}}';
    expect(() => html(source, { contact: { items } })).toThrow('too many rounds');
  });

  it('gives each round its item, index and parent', () => {
    const source =
      '{{#each contact.items as |item i|}}{{i}}{{@index}}{{item.n}}{{n}}{{../contact.x}}{{#if @last}}!{{/if}};{{/each}}';
    expect(html(source, { contact: { x: 'p', items: [{ n: 'a' }, { n: 'b' }] } })).toBe('00aap;11bbp!;');
    expect(html('{{#each contact.none}}x{{else}}none{{/each}}', { contact: {} })).toBe('none');
  });

  it('formats numbers and dates, and stays silent about what is none', () => {
    const view = { contact: {}, event: { total: 1234.5, at: '2026-11-03T23:30:00Z', bad: 'x' } };
    expect(html('{{number event.total decimals=2}}|{{number event.bad}}|{{number event.none}}', view)).toBe(
      '1,234.50||',
    );
    expect(html('{{date event.at zone="Europe/Paris" locale="fr"}}|{{date event.bad}}', view)).toBe(
      '4 novembre 2026|',
    );
    expect(html('{{date event.at zone="No/Where"}}{{number event.total currency="nonsense"}}', view)).toBe(
      '',
    );
  });

  it('makes the text once from the HTML, with what is put in', () => {
    const source = `<style>p{}</style><p>Hi {{contact.name}},</p>{{#if contact.vip}}<p>VIP</p>{{/if}}
      <p><a href="https://x.example/?id={{contact.id}}">see</a></p>`;
    const compiled = compileTemplate({ subject: 's', html: source });
    expect(compiled.text).toBeDefined();
    expect(render(compiled, { contact: { name: 'A & B', vip: true, id: '7' } }).text).toBe(
      'Hi A & B,\n\nVIP\n\nsee [https://x.example/?id=7]',
    );
  });

  it('makes the text from each rendering where a block straddles a tag', () => {
    const source = '<p {{#if contact.a}}class="a">yes{{else}}>no{{/if}}</p>';
    const compiled = compileTemplate({ subject: 's', html: source });
    expect(render(compiled, { contact: { a: 1 } }).text).toBe('yes');
  });
});
