import { segmentKey, unplanned, type TriggerKind } from './trigger';

/** `{ "segment": "buyers" }`: a contact entered the segment. */
export const segmentEntered: TriggerKind = {
  parse(fields, known) {
    const segment = segmentKey(fields, known);
    if (segment === undefined) return undefined;
    return {
      ...unplanned,
      segment,
      startedBy: (cause) => cause.kind === 'entered' && cause.segment === segment,
    };
  },
};
