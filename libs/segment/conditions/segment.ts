import { bounds } from '../bounds';
import { below } from '../findings';
import { isText } from '../read';
import { text } from '../schema/schema';
import type { ConditionKind } from './kind';

/** `{ "segment": "buyers" }`: members of another segment. One that does not exist has no members. */
export interface SegmentCondition {
  readonly segment: string;
}

export const segment: ConditionKind<SegmentCondition> = {
  fields: ['segment'],
  schemas: { segment: text },

  parse(fields, path, findings) {
    const { segment: key } = fields;
    const at = below(path, 'segment');
    if (!isText(key))
      return findings.add(
        at,
        'name',
        'That names no segment.',
        `the key of a segment, a text of up to ${bounds.text} characters`,
      );
    findings.references.push({ to: 'segment', key, path: at });
    return { segment: key };
  },

  names: (condition) => ({ segments: [condition.segment] }),

  holds: (condition, facts) => facts.memberOf(condition.segment),

  because: (condition, facts) => ({ member: facts.memberOf(condition.segment) }),

  compile(condition, needs) {
    const version = needs.version(condition.segment);
    return { holds: (moment) => version !== undefined && moment.isMember(version) };
  },
};
