import { openLog, redact } from './logger';

const id = '0b7c0d0e-1111-4222-8333-944444444444';
const token = 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ12';

it.each([
  ['mail to ana.b+x@example.com failed', 'mail to [address] failed'],
  ['"to":"<ana@exämple.fr>"', '"to":"<[address]>"'],
  ['postgresql://entente:s3cret@db:5432/x', 'postgresql://entente:[secret]@db:5432/x'],
  ['authorization: Bearer abc.def', 'authorization: [credentials]'],
  [`GET /u/${token}.${token}`, 'GET /u/[token]'],
  [`message ${id} of contact 42`, `message ${id} of contact 42`],
])('%s', (line, redacted) => expect(redact(line)).toBe(redacted));

it('takes personal data out of errors too', () => {
  const lines: string[] = [];
  const log = openLog({ logLevel: 'info' }, 'test', { write: (line) => lines.push(line) });
  log.error({ err: new Error('duplicate key (email)=(ana@example.com)') }, 'failed');
  expect(lines[0]).toContain('"process":"test"');
  expect(lines.join('')).not.toContain('ana@');
});
