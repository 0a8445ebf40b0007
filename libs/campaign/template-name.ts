import type { Known } from './known';
import type { Fields } from '@entente/kernel';
import type { TemplateName } from './steps/step';

const NAME = /^([^@\s]{1,150})(?:@([1-9]\d{0,8}))?$/;
const EXPECTED = "a template's key, with @ and a version to pin it (welcome-1, news@12)";

/** Reads a field such as `news` or `news@12`, which must name a template that exists. */
export function templateName(fields: Fields, field: string, known: Known): TemplateName | undefined {
  const text = fields.text(field, EXPECTED);
  if (text === undefined) return undefined;
  const match = NAME.exec(text);
  if (!match) return fields.wrong(field, text, EXPECTED);
  const name = { key: match[1]!, ...(match[2] ? { version: Number(match[2]) } : {}) };
  if (known.template(name.key, name.version)) return name;
  return fields.problems.add(fields.at(field), 'unknown-template', `there is no template ${text}`, EXPECTED);
}
