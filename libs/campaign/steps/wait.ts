import { DAY, SECOND, parseDuration } from '@entente/kernel';
import { plain, type StepKind } from './step';

const SHORTEST = SECOND;
const LONGEST = 3_650 * DAY;
const EXPECTED = 'an ISO 8601 duration from PT1S to P3650D, without months or years';

/** `{ "wait": "P3D" }`: goes on when so much time has passed since the arrival. */
export const wait: StepKind = {
  parse(fields) {
    const text = fields.text('wait', EXPECTED);
    if (text === undefined) return undefined;
    const length = parseDuration(text);
    if (length === undefined || length < SHORTEST || length > LONGEST)
      return fields.wrong('wait', text, EXPECTED);
    return {
      ...plain,
      pauses: true,
      enter: (_visit, _stimulus, now) => ({ way: { go: 'wait', until: now + length }, effects: [] }),
    };
  },
};
