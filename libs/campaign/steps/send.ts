import { templateName } from '../template-name';
import { plain, type Step, type StepKind, type StepParts, type TemplateName } from './step';

/** `{ "send": "welcome-1" }`: one mail of a template, once per visit. */
export const send: StepKind = {
  parse(fields, id, known) {
    const template = templateName(fields, 'send', known);
    return template && partsOf(id, template);
  },
};

/** A step that sends this template. */
export const mailOf = (id: string, template: TemplateName): Step => ({
  id,
  kind: 'send',
  ...partsOf(id, template),
});

function partsOf(step: string, template: TemplateName): StepParts {
  const version = template.version ? { templateVersion: template.version } : {};
  const mail = { kind: 'send', step, template: template.key, ...version } as const;
  return {
    ...plain,
    template,
    enter: (visit) => ({ way: { go: 'on' }, effects: [{ ...mail, visit }] }),
  };
}
