import { withheldReasons } from '@entente/event';
import { reactions } from './reactions';

it('names what is put off by a class that can be asked for when the message is given up', () => {
  const putOff = Object.entries(reactions).flatMap(([name, { is }]) => (is === 'deferred' ? [name] : []));
  expect(putOff).not.toEqual([]);
  expect(withheldReasons).toEqual(expect.arrayContaining(putOff));
});
