import { EVERY_TOPIC, type Act } from '@entente/consent';
import type { FeedbackName } from '@entente/event';
import type { Instant } from '@entente/kernel';
import type { Facts } from '../facts';
import { below } from '../findings';
import { entered, standingOf, standings, type Standings } from '../memories/standings';
import { parseName, parseWord } from '../parse-key';
import { text, word } from '../schema/schema';
import type { ConditionKind } from './kind';
import { ownFeed } from '../behavior/own-feed';

/** `{ "permission": "newsletter", "is": "granted" }`: how somebody stands to a topic, as the ledger has it. */
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
  none: [undefined],
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
    if (topic === EVERY_TOPIC)
      return findings.add(below(path, 'permission'), 'name', 'That is no single topic.', "a topic's key");
    if (topic !== undefined)
      findings.references.push({ to: 'topic', key: topic, path: below(path, 'permission') });
    return topic !== undefined && is ? { permission: topic, is } : undefined;
  },

  names: () => ({ events: told }),

  holds: (condition, facts, now) => isIn(condition, standingsIn(condition, facts.history, now)),

  because: (condition, facts, now) => ({
    state: stateOf(standingOf(standingsIn(condition, facts.history, now))),
  }),

  compile(condition, needs) {
    const topics = { topic: [condition.permission, EVERY_TOPIC] };
    const memory = needs.memory({
      kind: standings,
      feeds: told.map((name) => ownFeed(name, topics)),
      options: null,
      picks: ['entry', 'state'],
      size: 0,
    });
    return { holds: ({ state }) => isIn(condition, memory.in(state)) };
  },
};

/** The most telling name of a standing. */
const stateOf = (act: Act | undefined): State => (act === 'objected' ? 'withdrawn' : (act ?? 'none'));

const isIn = ({ is }: PermissionCondition, kept: Standings | undefined): boolean =>
  (states[is] as readonly (Act | undefined)[]).includes(standingOf(kept));

/** The last entry about the topic, or about every topic, of each contact that the person is. */
const standingsIn = (
  { permission: topic }: PermissionCondition,
  history: Facts['history'],
  now: Instant,
): Standings =>
  history
    .filter(({ own, name, at }) => own === true && told.includes(name as FeedbackName) && at <= now)
    .filter(({ properties }) => properties['topic'] === topic || properties['topic'] === EVERY_TOPIC)
    .reduce<Standings>((kept, { properties }) => entered(kept, properties['entry'], properties['state']), {});
