import { advance, enroll } from './advance';
import type { Known } from './known';
import { parseBroadcast } from './parse-broadcast';

const known: Known = {
  topic: () => true,
  from: () => true,
  template: (key) => key === 'news',
  segment: (key) => key === 'loyal-lapsed',
  teller: (key) => key === 'told',
  list: (key) => key === 'vip',
};
const news = {
  topic: 'newsletter',
  from: 'shop',
  audience: { segment: 'loyal-lapsed' },
  template: 'news@12',
  at: { local: '2026-12-03T09:00', zone: 'Europe/Paris' },
};

describe('parseBroadcast', () => {
  it('makes a campaign of one planned instant and one mail', () => {
    const parsed = parseBroadcast(news, known);
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    const { campaign } = parsed;
    const at = Date.parse('2026-12-03T08:00:00Z');
    expect(campaign).toMatchObject({ kind: 'broadcast', reentry: 'never' });
    expect(campaign.triggers.map((trigger) => [trigger.audience, trigger.nextPlanned(0)])).toEqual([
      ['loyal-lapsed', at],
    ]);
    expect(advance(campaign, enroll(campaign, at), { facts: { holds: () => false } }, at)).toMatchObject({
      effects: [{ kind: 'send', step: 'mail', visit: 1, template: 'news', templateVersion: 12 }],
      state: { status: 'completed' },
    });
  });

  it.each([
    [{ audience: 'everyone' }, 'audience', 'not-an-object'],
    [{ audience: { segment: 'nope' } }, 'audience.segment', 'unknown-segment'],
    [{ audience: {} }, 'audience.segment', 'missing'],
    [{ template: 'olds' }, 'template', 'unknown-template'],
    [{ at: 'tomorrow' }, 'at', 'invalid'],
    [{ at: undefined }, 'at', 'missing'],
    [{ steps: [] }, 'steps', 'unknown-field'],
  ])('refuses %j at %s', (change, path, code) => {
    expect(parseBroadcast({ ...news, ...change }, known)).toMatchObject({ problems: [{ path, code }] });
  });
});
