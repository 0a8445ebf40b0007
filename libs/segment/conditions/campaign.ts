import type { FeedbackName } from '@entente/event';
import { toIso, type Instant, type Json } from '@entente/kernel';
import { inEventOrder, type Facts, type HistoryEvent } from '../facts';
import { latest, totalOf } from '../memories/latest';
import { parseFutureKey, parseWord } from '../parse-key';
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
    outweighs(passagesOf(is).map((passage) => happened(passage, key, facts, now).length)),

  because({ campaign: key }, facts, now) {
    const entries = happened(entry, key, facts, now);
    const exits = happened(exit, key, facts, now);
    return {
      entries: entries.length,
      exits: exits.length,
      lastEntry: shown(entries.at(-1)),
      lastExit: shown(exits.at(-1)),
    };
  },

  compile({ campaign: key, is }, needs) {
    const memories = passagesOf(is).map(({ name, reason }) =>
      needs.memory({
        kind: latest,
        feeds: [ownFeed(name, { campaign: key === ANY ? undefined : key, reason })],
        options: null,
        size: 0,
      }),
    );
    return { holds: ({ state }) => outweighs(memories.map((memory) => totalOf(memory.in(state)))) };
  },
};

const happened = ({ name, reason }: Passage, key: string, facts: Facts, now: Instant): HistoryEvent[] =>
  facts.history
    .filter((event) => event.own === true && event.name === name && event.at <= now)
    .filter(({ properties }) => key === ANY || properties['campaign'] === key)
    .filter(({ properties }) => reason === undefined || properties['reason'] === reason)
    .sort(inEventOrder);

const shown = (event: HistoryEvent | undefined): Json =>
  event ? { at: toIso(event.at), reason: event.properties['reason'] ?? null } : null;
