import { parseRule, unknownReferences, type Rule } from '@entente/segment';
import type { Known } from '../known';
import { Fields } from '@entente/kernel';
import { plain, type StepKind } from './step';

const MOST = 20;
const EXPECTED = 'a list of { "if": rule, "then": step }';

interface Choice {
  readonly rule: Rule;
  readonly to: string;
  readonly path: string;
}

/** `{ "branch": [{ "if": rule, "then": "step" }] }`: jumps by the first rule that holds, or goes on. */
export const branch: StepKind = {
  parse(fields, _id, known) {
    const entries = fields.list('branch', MOST, EXPECTED);
    const choices = entries.map((entry, index) =>
      parseChoice(entry, `${fields.at('branch')}[${index}]`, fields, known),
    );
    if (choices.length === 0 || !choices.every((choice) => choice !== undefined)) return undefined;
    return {
      ...plain,
      jumps: choices,
      rules: choices.map(({ rule }) => rule),
      enter: (_visit, { facts }) => {
        const chosen = choices.find(({ rule }) => facts.holds(rule));
        return { way: chosen ? { go: 'to', step: chosen.to } : { go: 'on' }, effects: [] };
      },
    };
  },
};

function parseChoice(entry: unknown, path: string, { problems }: Fields, known: Known): Choice | undefined {
  const fields = Fields.of(entry, path, problems, EXPECTED);
  if (!fields) return undefined;
  const rule = parseBranchRule(fields, known);
  const to = fields.text('then', "a step's id");
  fields.refuseOthers();
  return rule && to ? { rule, to, path: fields.at('then') } : undefined;
}

function parseBranchRule(fields: Fields, known: Known): Rule | undefined {
  const path = fields.at('if');
  if (!fields.has('if')) return fields.wrong('if', undefined, 'a rule');
  const parsed = parseRule(fields.value('if'), path, known.stored);
  const unknown = unknownReferences(parsed.references, ({ to, key }) => known[to](key));
  fields.problems.addAll([...('problems' in parsed ? parsed.problems : []), ...unknown]);
  return 'rule' in parsed ? parsed.rule : undefined;
}
