import type { FeedbackName } from '@entente/event';
import { toIso, type Instant, type Json } from '@entente/kernel';
import { inEventOrder, type Facts, type HistoryEvent } from '../facts';
import { balances, isAnyOpen } from '../memories/balances';
import { latest, totalOf } from '../memories/latest';
import { parseFutureKey, parseWord } from '../parse-key';
import { isText } from '../read';
import { text, word } from '../schema/schema';
import type { ConditionKind } from './kind';
import { ownFeed } from '../behavior/own-feed';

/** `{ "campaign": "welcome", "is": "in" }`: walks it, or any (`*`), now; or has ever been in it, or come to an end of it. */
export interface CampaignCondition {
  readonly campaign: string;
  readonly is: State;
}

/** A passage that is told: into the campaign, or out of it, for this reason or any. */
interface Passage {
  readonly name: FeedbackName & ('Campaign Entered' | 'Campaign Left');
  readonly reason?: string;
}

const ANY = '*';

const entry: Passage = { name: 'Campaign Entered' };
const exit: Passage = { name: 'Campaign Left' };

/** Each state holds where the first passage happened more often than the second, which by default never happens. */
const passages = {
  in: [entry, exit],
  been: [entry],
  completed: [{ ...exit, reason: 'completed' }],
  exited: [{ ...exit, reason: 'exited' }],
} as const satisfies Record<string, readonly Passage[]>;
type State = keyof typeof passages;

const passagesOf = (is: State): readonly Passage[] => passages[is];
const outweighs = ([first, second = 0]: readonly number[]): boolean => first! > second;

export const campaign: ConditionKind<CampaignCondition> = {
  fields: ['campaign', 'is'],
  schemas: { campaign: text, is: word(...Object.keys(passages)) },
  required: ['is'],

  parse(fields, path, findings) {
    const key = fields['campaign'] === ANY ? ANY : parseFutureKey('campaign', fields, path, findings);
    const is = parseWord('is', Object.keys(passages) as State[], fields, path, findings);
    return key !== undefined && is ? { campaign: key, is } : undefined;
  },

  names: ({ is }) => ({ events: passagesOf(is).map(({ name }) => name) }),

  holds: ({ campaign: key, is }, facts, now) =>
    weighed(key, is, facts, now).some((one) =>
      outweighs(passagesOf(is).map((passage) => happened(passage, one, facts, now).length)),
    ),

  because({ campaign: key }, facts, now) {
    const entries = happened(entry, keyOf(key), facts, now);
    const exits = happened(exit, keyOf(key), facts, now);
    return {
      entries: entries.length,
      exits: exits.length,
      lastEntry: shown(entries.at(-1)),
      lastExit: shown(exits.at(-1)),
    };
  },

  compile({ campaign: key, is }, needs) {
    if (key === ANY && is === 'in') {
      const feeds = passagesOf(is).map(({ name }) => ownFeed(name, {}));
      const memory = needs.memory({ kind: balances, feeds, options: null, picks: ['campaign'], size: 0 });
      return { holds: ({ state }) => isAnyOpen(memory.in(state)) };
    }
    const memories = passagesOf(is).map(({ name, reason }) =>
      needs.memory({
        kind: latest,
        feeds: [ownFeed(name, { campaign: keyOf(key), reason })],
        options: null,
        size: 0,
      }),
    );
    return { holds: ({ state }) => outweighs(memories.map((memory) => totalOf(memory.in(state)))) };
  },
};

/** The campaigns of each of which passages are weighed by themselves; what only ever happens is so of all of them together. */
const weighed = (campaign: string, is: State, facts: Facts, now: Instant): readonly (string | undefined)[] =>
  campaign === ANY && is === 'in'
    ? [
        ...new Set(happened(entry, undefined, facts, now).map(({ properties }) => properties['campaign'])),
      ].filter(isText)
    : [keyOf(campaign)];

/** Absent: of any. */
const keyOf = (campaign: string): string | undefined => (campaign === ANY ? undefined : campaign);

const happened = (
  { name, reason }: Passage,
  key: string | undefined,
  facts: Facts,
  now: Instant,
): HistoryEvent[] =>
  facts.history
    .filter((event) => event.own === true && event.name === name && event.at <= now)
    .filter(({ properties }) => key === undefined || properties['campaign'] === key)
    .filter(({ properties }) => reason === undefined || properties['reason'] === reason)
    .sort(inEventOrder);

const shown = (event: HistoryEvent | undefined): Json =>
  event ? { at: toIso(event.at), reason: event.properties['reason'] ?? null } : null;
