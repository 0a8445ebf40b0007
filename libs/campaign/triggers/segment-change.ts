import { segmentKey, unplanned, type TriggerKind } from './trigger';

const changes = ['entered', 'left'] as const;
type Change = (typeof changes)[number];

/** `{ "segment": "buyers" }`: a contact entered the segment; with `"on": "left"`, left it. */
export const segmentChange: TriggerKind = {
  parse(fields, known) {
    const segment = segmentKey(fields, known);
    const said = fields.value('on');
    const on = fields.has('on') ? said : 'entered';
    if (!changes.includes(on as Change)) return fields.wrong('on', on, changes.join(' or '));
    if (segment === undefined) return undefined;
    return {
      ...unplanned,
      segment,
      startedBy: (cause) => 'segment' in cause && cause.kind === on && cause.segment === segment,
    };
  },
};
