import { plain, type StepKind } from './step';

/** `{ "exit": true }`: the walk ends here. */
export const exit: StepKind = {
  parse(fields) {
    const value = fields.value('exit');
    if (value !== true) return fields.wrong('exit', value, 'true');
    return { ...plain, ends: true, enter: () => ({ way: { go: 'out' }, effects: [] }) };
  },
};
