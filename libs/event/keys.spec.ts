import type { Fact } from './fact';
import { eventName, eventTime } from './event-name';
import { isOfCompany, keysOf, strongestKey } from './keys';
import { BadRecord, feedbackFact, messageKey, propertiesIn, readFact, readRecord, recordOf } from './record';

const fact = (more: Partial<Fact>): Fact => ({
  v: 1,
  type: 'identify',
  source: 7,
  messageId: 'm',
  timestamp: 5,
  ...more,
});
const claims = (more: Partial<Fact>, trusted: boolean) => keysOf(fact(more), trusted).claims;

describe('the keys of a fact', () => {
  it('are led by userId, then anonymousId, then a reference', () => {
    expect(strongestKey(fact({ userId: 'u', anonymousId: 'a', contact: ['crm:1'] }))).toBe('user:u');
    expect(strongestKey(fact({ anonymousId: 'a', contact: ['crm:1'] }))).toBe('anonymous:a');
    expect(strongestKey(fact({ contact: ['crm:1', 'email:a@x.fr'] }))).toBe('crm:1');
  });

  it('claim only devices for a source that is not trusted', () => {
    const traits = { email: 'Ana@X.fr', phone: '+33 612345678' };
    expect(claims({ userId: 'u', anonymousId: 'a', traits }, false)).toEqual(['anonymous:a']);
    expect(claims({ userId: 'u', anonymousId: 'a', traits }, true)).toEqual([
      ...['anonymous:a', 'email:ana@x.fr', 'phone:+33612345678'],
    ]);
    expect(claims({ anonymousId: 'a', traits }, false)).toEqual([]);
    expect(claims({ contact: ['crm:1', 'email:a@x.fr'] }, true)).toEqual(['email:a@x.fr']);
  });

  it('claim no address that is none, nor a company’s', () => {
    expect(claims({ userId: 'u', traits: { email: 'nobody', phone: 5 } }, true)).toEqual([]);
    expect(claims({ userId: 'u', type: 'group', traits: { email: 'a@x.fr' } }, true)).toEqual([]);
  });

  it('join two users by the alias of a trusted source only', () => {
    const alias = fact({ type: 'alias', userId: 'new', previousId: 'old' });
    expect(keysOf(alias, true)).toMatchObject({ claims: ['anonymous:old', 'user:old'], kind: 'alias' });
    expect(keysOf(alias, false)).toMatchObject({ claims: ['anonymous:old'], kind: 'claim' });
  });
});

describe('events', () => {
  it('have a name for rules and a time that is never after their arrival', () => {
    expect(eventName(fact({ type: 'track', name: 'Order' }))).toBe('Order');
    expect(eventName(fact({ type: 'page', name: 'Home' }))).toBe('Page Viewed');
    expect([eventTime(fact({}), 9), eventTime(fact({}), 3)]).toEqual([5, 3]);
  });
});

describe('records', () => {
  it('keep messages apart by source and id', () => {
    expect(messageKey(1, 'a')).toBe(messageKey(1, 'a'));
    expect(
      new Set([messageKey(1, 'a'), messageKey(2, 'a'), messageKey(1, 'b'), messageKey(11, '')]).size,
    ).toBe(4);
  });

  it('may be about a company alone', () => {
    const ofCompany = fact({ type: 'group', groupId: 'acme', traits: { plan: 'pro' } });
    const { key, value } = recordOf(ofCompany);
    expect([key, readFact(value)]).toEqual(['company:acme', ofCompany]);
    expect(isOfCompany(ofCompany)).toBe(true);
    expect(isOfCompany({ ...ofCompany, anonymousId: 'a' })).toBe(false);
    expect(() => readFact(JSON.stringify({ ...ofCompany, groupId: undefined }))).toThrow(BadRecord);
    expect(() => readFact(JSON.stringify({ ...ofCompany, type: 'track', name: 'x' }))).toThrow(BadRecord);
  });

  it('keep their properties apart for whoever asks for them', () => {
    const properties = { sku: 'a"},\n"properties":{', nested: { properties: { n: 1 } } };
    const seen = fact({ type: 'track', name: 'Seen', userId: 'u', properties, context: { properties } });
    const { value } = recordOf(seen);
    const { propertiesJson, ...rest } = readRecord(value);
    expect({ ...rest, properties: propertiesIn({ ...rest, propertiesJson }) }).toEqual(seen);
    expect(JSON.parse(propertiesJson!)).toEqual(properties);
    expect(JSON.parse(value)).toEqual(seen);
    expect(propertiesIn(readRecord(JSON.stringify(JSON.parse(value))))).toEqual(properties);
    expect(readRecord(recordOf(fact({ userId: 'u' })).value).propertiesJson).toBeUndefined();
  });

  it.each(['[]}', '{"a":1},"b":{}}', '{'])(
    'whose marked properties are none are refused: %s',
    (properties) => {
      const marked = `{"v":1,"type":"track","source":1,"messageId":"m","timestamp":1,"userId":"u","name":"n",\n"properties":${properties}`;
      expect(() => propertiesIn(readRecord(`${marked}}`))).toThrow(BadRecord);
    },
  );

  it('tell a cause of our own once', () => {
    const told = {
      contact: '5',
      name: 'Email Sent',
      at: 9,
      cause: 'message:1',
      properties: { topic: 'news' },
    } as const;
    const record = recordOf(feedbackFact(told, 1));
    expect(record.key).toBe('id:5');
    expect(readFact(record.value)).toMatchObject({
      type: 'track',
      name: 'Email Sent',
      timestamp: 9,
      contact: ['id:5'],
    });
    expect(feedbackFact(told, 1).messageId).toBe(feedbackFact({ ...told, at: 10 }, 1).messageId);
    expect(feedbackFact(told, 1).messageId).not.toBe(
      feedbackFact({ ...told, cause: 'message:2' }, 1).messageId,
    );
  });

  it.each([
    ...[
      '',
      'x',
      'null',
      '[]',
      '{}',
      '{"v":2}',
      JSON.stringify(fact({})),
      JSON.stringify(fact({ contact: [] })),
    ],
    ...[
      JSON.stringify(fact({ type: 'track', userId: 'u' })),
      JSON.stringify({ ...fact({ userId: 'u' }), timestamp: 'x' }),
    ],
  ])('are refused when they are no fact: %.60s', (value) => expect(() => readFact(value)).toThrow(BadRecord));
});
