import { identityKey } from './contact-reference';

it.each([
  ['email:Ana@Example.com', 'email:ana@example.com'],
  ['phone:+33 6 12 34 56 78', 'phone:+33612345678'],
  ['user:42', 'user:42'],
  ['user:a:b', 'user:a:b'],
  ['anonymous:x-1', 'anonymous:x-1'],
  ['crm:17', 'crm:17'],
  ['id:9', 'id:9'],
])('%s names %s', (reference, key) => expect(identityKey(reference)).toBe(key));

it.each([
  '',
  'ana',
  ':x',
  'email:',
  'email:a@b',
  'id:0',
  'id:x',
  'id:99999999999999999999',
  'user:',
  'user:null',
  'CRM:1',
])('%j names nobody', (reference) => expect(identityKey(reference)).toBeUndefined());

it.each(['constructor:x', 'toString:x', '__proto__:x'])('%s reaches no method', (reference) =>
  expect([undefined, reference]).toContain(identityKey(reference)),
);
