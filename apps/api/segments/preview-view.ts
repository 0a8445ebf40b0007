import { budget, costOf, type Rule } from '@entente/segment';
import type { Group, Sample } from '@entente/storage';
import { Flag, RuleField } from '../http/fields';
import { Shown } from '../http/views';
import { SegmentSize } from './segment-body';

export class PreviewBody {
  @RuleField({
    description: 'The rule: all, any, not, or a condition.',
    example: { event: 'Order Completed', within: 'P30D', count: { gte: 3 } },
  })
  rule!: Record<string, unknown>;

  @Flag({
    optional: true,
    description: 'Has everybody counted too, by a job that says it in its counts; the answer is 202 (false).',
  })
  exact = false;
}

export class CostBudget {
  @Shown('integer', { description: 'Steps for one event.' }) perEvent!: number;
  @Shown('integer', { description: 'Bytes of one contact.' }) perContact!: number;
}

/** What the rule alone says about what it will cost. */
export class SegmentCost {
  @Shown('integer', {
    description:
      'Steps (comparisons, values kept, conditions decided) for one event of the name that causes most.',
  })
  perEvent!: number;
  @Shown(String, { nullable: true, description: 'That event.' }) event!: string | null;
  @Shown('integer', { description: 'Bytes kept of a contact at most.' }) perContact!: number;
  @Shown(CostBudget, { description: 'What a segment may cost; a rule beyond it is refused.' })
  budget!: CostBudget;
}

export class PreviewGroup {
  @Shown(SegmentSize) size!: SegmentSize;
  @Shown([String], { description: 'Some of them.' }) examples!: readonly string[];
}

export class Preview extends PreviewGroup {
  @Shown(Boolean, { description: 'Whether everybody was looked at, not a sample.' }) exact!: boolean;
  @Shown('integer', { description: 'Contacts that were looked at.' }) contacts!: number;
  @Shown(SegmentCost) cost!: SegmentCost;
  @Shown(String, { nullable: true, description: 'Counts exactly, where it was asked for.' }) job!:
    string | null;
}

/** What an edit would change. Nothing of it is written. */
export class EditPreview extends Preview {
  @Shown(Boolean) dryRun!: boolean;
  @Shown(PreviewGroup, { description: 'Whom the new rule would bring in.' }) entering!: PreviewGroup;
  @Shown(PreviewGroup, { description: 'Who would not be a member any more.' }) leaving!: PreviewGroup;
}

export const showCost = (rule: Rule): SegmentCost => ({ ...costOf(rule), budget });

export const showPreview = (rule: Rule, sample: Sample, job: string | null): Preview => ({
  ...showGroup(sample, 'matching'),
  exact: sample.isExact,
  contacts: sample.found.contacts,
  cost: showCost(rule),
  job,
});

export const showEdit = (rule: Rule, sample: Sample, job: string | null): EditPreview => ({
  dryRun: true,
  ...showPreview(rule, sample, job),
  entering: showGroup(sample, 'entering'),
  leaving: showGroup(sample, 'leaving'),
});

const showGroup = ({ found, sizeOf }: Sample, group: Group): PreviewGroup => ({
  size: sizeOf(group),
  examples: found.examples[group],
});
