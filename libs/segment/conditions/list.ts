import { toIso, type Instant } from '@entente/kernel';
import { inEventOrder, type Facts, type HistoryEvent } from '../facts';
import { newest } from '../memories/newest';
import { below } from '../findings';
import { parseName } from '../parse-key';
import { text } from '../schema/schema';
import type { ConditionKind } from './kind';
import { ownFeed } from '../behavior/own-feed';

/** `{ "list": "vip" }`: who was put on a list last, not taken off it. One that does not exist has nobody on it. */
export interface ListCondition {
  readonly list: string;
}

const told = ['List Joined', 'List Left'] as const;

export const list: ConditionKind<ListCondition> = {
  fields: ['list'],
  schemas: { list: text },
  parse(fields, path, findings) {
    const key = parseName('list', fields, path, findings);
    if (key === undefined) return undefined;
    findings.references.push({ to: 'list', key, path: below(path, 'list') });
    return { list: key };
  },

  names: () => ({ events: told }),
  holds: (condition, facts, now) => lastWord(condition, facts, now)?.name === told[0],

  because(condition, facts, now) {
    const last = lastWord(condition, facts, now);
    return { on: last?.name === told[0], since: last ? toIso(last.at) : null };
  },

  compile(condition, needs) {
    const feeds = told.map((name) => ownFeed(name, { list: condition.list }));
    const memory = needs.memory({ kind: newest, feeds, options: null, size: 0 });
    return { holds: ({ state }) => memory.in(state)?.[2] === 0 };
  },
};

function lastWord({ list: key }: ListCondition, facts: Facts, now: Instant): HistoryEvent | undefined {
  return facts.history
    .filter(({ own, name }) => own === true && told.includes(name as (typeof told)[0]))
    .filter(({ at, properties }) => at <= now && properties['list'] === key)
    .sort(inEventOrder)
    .at(-1);
}
