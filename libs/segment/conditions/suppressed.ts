import type { FeedbackName } from '@entente/event';
import type { Instant } from '@entente/kernel';
import { bounds } from '../bounds';
import { ownFeed } from '../behavior/own-feed';
import type { Facts } from '../facts';

import { below, quote } from '../findings';
import { lastEntry, later, noEntry, type LastEntry } from '../memories/last-entry';
import { parseSome } from '../parse-key';
import { anyOf, word } from '../schema/schema';
import type { ConditionKind } from './kind';

/** `{ "suppressed": "hard-bounce" }`: no mail of any topic goes to the address that somebody has now, for such a reason. */
export interface SuppressedCondition {
  readonly suppressed: string | readonly string[];
}

const reasons = ['opt-out', 'hard-bounce', 'complaint', 'operator'] as const;
const ANY = 'any';
const words: readonly string[] = [ANY, ...reasons];
const expected = `${quote(ANY)}, or one or several of ${reasons.map(quote).join(', ')}`;

/** The first says that it is so from now on, the second that it is not. */
const told = ['Address Suppressed', 'Address Cleared'] as const satisfies readonly FeedbackName[];
const isSo = (last: LastEntry | undefined): boolean => last?.[2] === 0;

export const suppressed: ConditionKind<SuppressedCondition> = {
  fields: ['suppressed'],
  schemas: {
    suppressed: anyOf(word(...words), {
      type: 'array',
      items: word(...reasons),
      minItems: 1,
      maxItems: bounds.names,
    }),
  },

  parse(fields, path, findings) {
    const place = below(path, 'suppressed');
    const given = fields['suppressed'];
    const choice: readonly string[] = Array.isArray(given) ? reasons : words;
    const read = parseSome(
      given,
      place,
      findings,
      (raw, at) =>
        choice.includes(raw as string)
          ? (raw as string)
          : findings.add(at, 'word', 'It is none of the words that may stand here.', expected),
      expected,
    );
    return read === undefined ? undefined : { suppressed: read };
  },

  names: () => ({ events: told }),
  holds: (condition, facts, now) =>
    reasonsOf(condition).some((reason) => isSo(lastOf(reason, facts.history, now))),
  because: (_, facts, now) => ({
    reasons: reasons.filter((reason) => isSo(lastOf(reason, facts.history, now))),
  }),

  compile(condition, needs) {
    const memories = reasonsOf(condition).map((reason) =>
      needs.memory({
        kind: lastEntry,
        feeds: told.map((name) => ownFeed(name, { reason })),
        options: null,
        picks: ['entry'],
        size: 0,
      }),
    );
    return { holds: ({ state }) => memories.some((memory) => isSo(memory.in(state))) };
  },
};

const reasonsOf = ({ suppressed: given }: SuppressedCondition): readonly string[] =>
  given === ANY ? reasons : typeof given === 'string' ? [given] : given;

/** The last that was told about a reason, in the order of the entries of each contact that the person is. */
const lastOf = (reason: string, history: Facts['history'], now: Instant): LastEntry =>
  history
    .filter(({ own, name, at }) => own === true && told.includes(name as (typeof told)[0]) && at <= now)
    .filter(({ properties }) => properties['reason'] === reason)
    .reduce(
      (kept, { name, properties }) =>
        later(kept, properties['entry'], told.indexOf(name as (typeof told)[0])),
      noEntry,
    );
