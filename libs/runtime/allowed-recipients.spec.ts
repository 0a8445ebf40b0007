import { isAllowedRecipient } from './allowed-recipients';

const list = ['Ana@Example.com', '@corp.example'];

it.each([
  ['ana@example.com', true],
  ['bob@example.com', false],
  ['bob@CORP.example', true],
  ['bob@sub.corp.example', false],
  ['@corp.example@evil.example', false],
])('%s: %s', (address, allowed) => expect(isAllowedRecipient(list, address)).toBe(allowed));

it('allows everybody without a list', () => expect(isAllowedRecipient([], 'x@y.example')).toBe(true));
