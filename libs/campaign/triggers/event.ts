import { isPassage } from '@entente/event';
import { evaluate, parseRule, traitsNamed, withContext, type Rule } from '@entente/segment';
import type { Cause } from '../cause';
import type { Known } from '../known';
import type { Fields } from '@entente/kernel';
import { unplanned, type TriggerKind, type Who } from './trigger';

/** `{ "event": "Order Completed", "where": { "total": { "gt": 50 } } }`: a contact did such an event. */
export const event: TriggerKind = {
  parse(fields, known) {
    const name = fields.text('event', "an event's name");
    if (name !== undefined && isPassage(name) && !known.stored)
      return fields.problems.add(
        fields.at('event'),
        'passage',
        `${name} is told of segments, which start campaigns by themselves`,
        '{ "segment": "vip" }, or with "on": "left"',
      );
    const rule = name === undefined ? undefined : filterOf(name, fields, known);
    if (name === undefined || !rule) return undefined;
    const traits = traitsNamed(rule);
    return {
      ...unplanned,
      event: name,
      traits,
      startedBy: (cause, who) =>
        cause.kind === 'event' &&
        cause.name === name &&
        ((!who && traits.length > 0) || passes(rule, cause, who ?? NOBODY)),
    };
  },
};

const NOBODY: Who = { traits: {}, timeZone: 'UTC' };

/** The same filter as a segment's condition on events, so that both mean the same. */
function filterOf(name: string, fields: Fields, { stored }: Known): Rule | undefined {
  const where = fields.value('where');
  const parsed = parseRule({ event: name, ...(where === undefined ? {} : { where }) }, fields.path, stored);
  if ('rule' in parsed) return parsed.rule;
  fields.problems.addAll(parsed.problems);
  return undefined;
}

function passes(
  rule: Rule,
  { at, message, name, properties, context, identify }: Extract<Cause, { kind: 'event' }>,
  who: Who,
): boolean {
  const read = withContext(properties, context);
  const history = [{ at, id: message, name, properties: read, ...(identify && { identify }) }];
  return evaluate(rule, { ...who, contact: '0', history, memberOf: () => false }, at);
}
