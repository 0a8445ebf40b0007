import { EVERY_TOPIC, type Act } from '@entente/consent';
import type { FeedbackName } from '@entente/event';
import type { Instant, JsonObject } from '@entente/kernel';
import type { Facts } from '../facts';
import { below } from '../findings';
import { entered, standingOf, standings, type Standings } from '../memories/standings';
import { standingsByTopic, topicsIn } from '../memories/standings-by-topic';
import { parseName, parseWord } from '../parse-key';
import { isText } from '../read';
import { text, word } from '../schema/schema';
import type { ConditionKind } from './kind';
import { ownFeed } from '../behavior/own-feed';

/** `{ "permission": "newsletter", "is": "granted" }`: how somebody stands to a topic, or to any (`*`), as the ledger has it. */
export interface PermissionCondition {
  readonly permission: string;
  readonly is: State;
}

/** What each state takes in. */
const states = {
  granted: ['granted', 'confirmed'],
  confirmed: ['confirmed'],
  paused: ['paused'],
  withdrawn: ['withdrawn', 'objected'],
  none: [],
} as const satisfies Record<string, readonly (Act | undefined)[]>;
type State = keyof typeof states;

const told: readonly FeedbackName[] = [
  'Permission Granted',
  'Permission Confirmed',
  'Permission Withdrawn',
  'Permission Paused',
  'Permission Shared',
];

export const permission: ConditionKind<PermissionCondition> = {
  fields: ['permission', 'is'],
  schemas: { permission: text, is: word(...Object.keys(states)) },
  required: ['is'],

  parse(fields, path, findings) {
    const topic = parseName('permission', fields, path, findings);
    const is = parseWord('is', Object.keys(states) as State[], fields, path, findings);
    if (topic !== undefined && topic !== EVERY_TOPIC)
      findings.references.push({ to: 'topic', key: topic, path: below(path, 'permission') });
    return topic !== undefined && is ? { permission: topic, is } : undefined;
  },

  names: () => ({ events: told }),

  holds: ({ permission: topic, is }, facts, now) => isIn(is, standingsOf(topic, facts.history, now)),

  because({ permission: topic }, facts, now): JsonObject {
    const states = standingsOf(topic, facts.history, now).map((kept) => stateOf(standingOf(kept)));
    return topic === EVERY_TOPIC ? { states: [...new Set(states)].sort() } : { state: states[0]! };
  },

  compile({ permission: topic, is }, needs) {
    if (topic === EVERY_TOPIC) {
      const memory = needs.memory({
        kind: standingsByTopic,
        feeds: told.map((name) => ownFeed(name, {})),
        options: null,
        picks: ['topic', 'entry', 'state'],
        size: 0,
      });
      return { holds: ({ state }) => isIn(is, topicsIn(memory.in(state))) };
    }
    const topics = { topic: [topic, EVERY_TOPIC] };
    const memory = needs.memory({
      kind: standings,
      feeds: told.map((name) => ownFeed(name, topics)),
      options: null,
      picks: ['entry', 'state'],
      size: 0,
    });
    return { holds: ({ state }) => isIn(is, [memory.in(state)]) };
  },
};

/** The most telling name of a standing. */
const stateOf = (act: Act | undefined): State => (act === 'objected' ? 'withdrawn' : (act ?? 'none'));

/** Whether one of some standings is so; `none` is to say that none of them is any. */
function isIn(is: State, standings: readonly (Standings | undefined)[]): boolean {
  const acts = standings.map(standingOf);
  if (is === 'none') return acts.every((act) => act === undefined);
  return acts.some((act) => (states[is] as readonly (Act | undefined)[]).includes(act));
}

/** The standings of a topic, or of each that there is an entry of. */
function standingsOf(topic: string, history: Facts['history'], now: Instant): Standings[] {
  const entries = history.filter(
    ({ own, name, at }) => own === true && told.includes(name as FeedbackName) && at <= now,
  );
  const topics = topic === EVERY_TOPIC ? entries.map(({ properties }) => properties['topic']) : [topic];
  return [...new Set(topics)].filter(isText).map((one) => standingsIn(one, entries));
}

/** The last entry about the topic, or about every topic, of each contact that the person is. */
const standingsIn = (topic: string, entries: Facts['history']): Standings =>
  entries
    .filter(({ properties }) => properties['topic'] === topic || properties['topic'] === EVERY_TOPIC)
    .reduce<Standings>((kept, { properties }) => entered(kept, properties['entry'], properties['state']), {});
