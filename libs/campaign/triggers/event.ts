import { isPassage } from '@entente/event';
import { evaluate, parseRule, withContext, type Rule } from '@entente/segment';
import type { Cause } from '../cause';
import type { Known } from '../known';
import type { Fields } from '@entente/kernel';
import { unplanned, type TriggerKind } from './trigger';

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
    return {
      ...unplanned,
      event: name,
      startedBy: (cause) => cause.kind === 'event' && cause.name === name && passes(rule, cause),
    };
  },
};

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
): boolean {
  const read = withContext(properties, context);
  const history = [{ at, id: message, name, properties: read, ...(identify && { identify }) }];
  return evaluate(rule, { contact: '0', traits: {}, timeZone: 'UTC', history, memberOf: () => false }, at);
}
