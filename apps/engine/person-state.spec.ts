import type { PastEvent } from '@entente/storage';
import { appliedOf } from './person-state';
import type { Person } from './person';

it('holds back an event that is deferred, and not its copy under another contact of the person', () => {
  const under = (contact: string) => ({ contact, message: 'm' }) as PastEvent;
  const person = { deferred: [{ event: under('1'), silent: false }] } as unknown as Person;
  expect(appliedOf(person, [under('1'), under('2')])).toEqual([under('2')]);
});
