import { feedbackProperties } from '@entente/event';
import {
  addressFeedback,
  bouncedFeedback,
  clickedFeedback,
  complainedFeedback,
  enteredFeedback,
  leftFeedback,
  listFeedback,
  openedFeedback,
  sentFeedback,
  unsubscribedFeedback,
  withheldFeedback,
} from './feedback-facts';
import { originTold } from './origin';

const message = {
  id: '0193a2b4-0000-8000-8000-000000000001',
  contact: '42',
  campaign: 'welcome',
  topic: 'newsletter',
  step: 'hello',
  template: 'welcome-1',
  subject: 'Welcome, {{contact.firstName}}',
  chain: ['invite', 'welcome'],
};
const human = { by: 'human' } as const;
const machine = { by: 'machine', because: 'head' } as const;

describe('feedback facts', () => {
  it('are the same fact however often they are told', () => {
    expect(openedFeedback(message, 1, human).cause).toBe(openedFeedback(message, 2, human).cause);
    expect(sentFeedback(message, 1).cause).toBe(sentFeedback(message, 9).cause);
  });

  it('of what follows at once name the campaigns that led to it', () => {
    expect(sentFeedback(message, 1).properties['chain']).toEqual(['invite', 'welcome']);
    expect(withheldFeedback({ ...message, chain: null }, 1, 'expired').properties['chain']).toEqual([
      'welcome',
    ]);
    const link = { number: 1, url: 'https://shop.example/a' };
    for (const verdict of [human, machine])
      for (const told of [openedFeedback(message, 1, verdict), clickedFeedback(message, 1, verdict, link)])
        expect(told.properties['chain']).toEqual(verdict === machine ? message.chain : undefined);
  });

  it('have no other properties than are known of them', () => {
    const link = { number: 1, url: 'https://shop.example/a' };
    const walk = { contact: '42', enrollment: message.id, campaign: 'welcome' };
    const all = [
      sentFeedback(message, 1),
      openedFeedback(message, 1, machine),
      clickedFeedback(message, 1, machine, link),
      bouncedFeedback(message, 1, { kind: 'soft', suppressed: false, reply: '450' }),
      withheldFeedback(message, 1, 'expired'),
      complainedFeedback(message, 1, 'abuse'),
      addressFeedback({ contact: '42', reason: 'complaint', seq: 1, suppressed: true }, 1),
      addressFeedback({ contact: '42', reason: 'complaint', seq: 2, suppressed: false }, 1),
      listFeedback({ contact: '42', list: 'vip', joined: true }, 1),
      listFeedback({ contact: '42', list: 'vip', joined: false }, 1),
      enteredFeedback(walk, 1, ['first', 'welcome']),
      leftFeedback(walk, 1, 'completed', ['welcome']),
      unsubscribedFeedback(
        {
          contact: '42',
          topic: '*',
          entry: '42-7',
          origin: originTold({
            way: 'one-click',
            at: 1,
            source: 'entente',
            evidence: {},
            message: message.id,
            sent: { campaign: 'welcome', template: 'welcome-1', subject: 'Welcome' },
          }),
        },
        1,
      ),
    ];
    for (const { name, properties } of all)
      expect([...feedbackProperties[name]].sort()).toEqual(Object.keys(properties).sort());
  });

  it('keep apart what different causes made true', () => {
    const link = { number: 1, url: 'https://shop.example/a' };
    const causes = [
      sentFeedback(message, 1),
      openedFeedback(message, 1, human),
      openedFeedback(message, 1, machine),
      clickedFeedback(message, 1, human, link),
      clickedFeedback(message, 1, human, { ...link, number: 2 }),
      clickedFeedback(message, 1, machine, link),
      bouncedFeedback(message, 1, { kind: 'hard-address', suppressed: true, reply: '550 5.1.1' }),
      withheldFeedback(message, 1, 'expired'),
      complainedFeedback(message, 1, 'abuse'),
      unsubscribedFeedback({ contact: '42', topic: 'newsletter', entry: '42-7', origin: {} }, 1),
      ...[1, 2].map((seq) =>
        addressFeedback({ contact: '42', reason: 'complaint', seq, suppressed: true }, 1),
      ),
      addressFeedback({ contact: '42', reason: 'operator', seq: 1, suppressed: true }, 1),
    ].map(({ cause }) => cause);
    expect(new Set(causes).size).toBe(causes.length);
  });

  it('leave out a subject that is not known', () => {
    const sent = { campaign: 'welcome', template: 'welcome-1', subject: null };
    for (const properties of [
      sentFeedback({ ...message, subject: null }, 1).properties,
      originTold({ way: 'one-click', at: 1, evidence: {}, message: message.id, sent }),
    ]) {
      expect(properties).toMatchObject({ campaign: 'welcome', template: 'welcome-1' });
      expect(properties).not.toHaveProperty('subject');
    }
  });

  it('carry what a rule may ask about, and who did it', () => {
    expect(clickedFeedback(message, 5, human, { number: 3, url: 'https://shop.example/a' })).toEqual({
      contact: '42',
      name: 'Email Clicked',
      at: 5,
      cause: 'clicked:0193a2b4-0000-8000-8000-000000000001:3:human',
      properties: {
        message: message.id,
        campaign: 'welcome',
        topic: 'newsletter',
        step: 'hello',
        template: 'welcome-1',
        subject: 'Welcome, {{contact.firstName}}',
        link: 3,
        url: 'https://shop.example/a',
        by: 'human',
      },
    });
  });
});
