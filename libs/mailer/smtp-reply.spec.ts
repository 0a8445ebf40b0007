import { answered } from './smtp-reply';

it.each([
  ['550 5.1.1 No such user', { code: 550, enhanced: '5.1.1', text: '5.1.1 No such user' }],
  [
    '550-5.1.1 No such user\r\n550-5.1.1 here,\r\n550 5.1.1 sorry',
    { text: '5.1.1 No such user here, sorry' },
  ],
  ['550-5.1.1 No such user\r\n550 see 5.1.1 there', { text: '5.1.1 No such user see 5.1.1 there' }],
  ['550-5.7.1 Blocked\r\n550 5.7.133 sender', { text: '5.7.1 Blocked 5.7.133 sender' }],
  ['250 queued', { code: 250, text: 'queued' }],
  ['250', { code: 250, text: '' }],
  ['garbled', { text: 'garbled' }],
])('%j is read as %j', (response, reply) =>
  expect(answered('rcpt', response)).toMatchObject({ phase: 'rcpt', ...reply }),
);

it('has no codes where none were given', () => {
  expect(answered('final', 'garbled')).toEqual({ phase: 'final', text: 'garbled' });
});
