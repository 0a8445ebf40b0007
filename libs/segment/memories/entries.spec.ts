import type { JsonObject } from '@entente/kernel';
import fc from 'fast-check';
import { compileBook, evaluate, parseRule, type HistoryEvent, type Rule } from '..';

const now = Date.UTC(2026, 10, 23, 12);

/** What is told in numbered entries: the same few again and again, in any order, of two contacts of a person. */
const entry = fc
  .tuple(fc.constantFrom('1', '2', '10'), fc.integer({ min: 0, max: 4 }))
  .map(([contact, seq]) => `${contact}:${seq}`);
const addresses = fc.tuple(
  fc.constantFrom('Address Suppressed', 'Address Cleared'),
  fc.record<JsonObject>({ reason: fc.constantFrom('hard-bounce', 'complaint'), entry }),
);
const permissions = fc.tuple(
  fc.constantFrom('Permission Granted', 'Permission Withdrawn'),
  fc.record<JsonObject>({
    topic: fc.constantFrom('news', 'news', 'other', '*'),
    state: fc.constantFrom('granted', 'confirmed', 'withdrawn'),
    entry,
  }),
);
const history = fc
  .array(fc.tuple(fc.oneof(addresses, permissions), fc.integer({ min: 0, max: 3 })), { maxLength: 12 })
  .map((all) =>
    all.map(([[name, properties], back], place): HistoryEvent => ({
      at: now - back,
      id: String(place).padStart(3, '0'),
      name,
      properties,
      own: true,
    })),
  );

const rules = [
  { suppressed: 'any' },
  { suppressed: 'complaint' },
  { suppressed: 'hard-bounce' },
  { suppressed: ['complaint', 'operator'] },
  ...['granted', 'confirmed', 'withdrawn', 'none'].map((is) => ({ permission: 'news', is })),
].map((json): Rule => {
  const read = parseRule(json);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.rule;
});

it('are kept as the definition reads them, after each one, in whatever order they come', () => {
  const book = compileBook(rules.map((rule, id) => ({ id, segment: `s${id}`, status: 'live', rule })));
  fc.assert(
    fc.property(history, (all) => {
      let state = book.emptyState();
      const members = new Set(book.firstChanges({ contact: '1', state, traits: {} }, now, []).entered);
      for (const [place, event] of all.entries()) {
        const folded = book.fold(state, event);
        if (folded === 'recompute') throw new Error('what is kept tells what it would be');
        state = folded;
        const { entered, left } = book.changes({ contact: '1', state, traits: {} }, now, members);
        for (const id of entered) members.add(id);
        for (const id of left) members.delete(id);
        const facts = {
          contact: '1',
          timeZone: 'UTC',
          traits: {},
          history: all.slice(0, place + 1),
          memberOf: () => false,
        };
        expect([...members].sort()).toEqual(
          [...rules.keys()].filter((id) => evaluate(rules[id]!, facts, now)),
        );
      }
    }),
    { numRuns: 500 },
  );
});
