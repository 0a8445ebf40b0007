import { howOftenFields, parseHowOften, type HowOften } from '../behavior/behavior';
import { checkDistinctNames, checkNamesOfEdge } from '../behavior/check-names';
import { howOftenSchemas } from '../behavior/behavior-schemas';
import { refuseItself } from '../behavior/named';
import { mailFields, mailSchemas, parseMail, seriesOfMail, type Mail } from '../behavior/mail';
import { event, type EventCondition } from './event';
import type { ConditionKind } from './kind';

/** `{ "message": "clicked", "sentBy": "welcome", "within": "P30D" }`: what became of mails to somebody. */
export type MessageCondition = HowOften & Mail;

export const message: ConditionKind<MessageCondition> = {
  fields: [...mailFields, ...howOftenFields],
  schemas: { ...mailSchemas, ...howOftenSchemas },

  parse(fields, path, findings) {
    const before = findings.problems.length;
    const mail = parseMail(fields, path, findings);
    const howOften = parseHowOften(fields, path, findings);
    if (findings.problems.length > before || !mail) return undefined;
    checkNamesOfEdge(seriesOfMail(mail), fields, path, findings);
    checkDistinctNames(seriesOfMail(mail), howOften.distinct, path, findings);
    return findings.problems.length > before
      ? undefined
      : refuseItself({ ...mail, ...howOften }, seriesOfMail(mail), path, findings);
  },

  names: (condition) => event.names(asEvent(condition)),
  holds: (condition, facts, now) => event.holds(asEvent(condition), facts, now),
  because: (condition, facts, now) => event.because(asEvent(condition), facts, now),
  compile: (condition, needs) => event.compile(asEvent(condition), needs),
};

const asEvent = (condition: MessageCondition): EventCondition => ({
  ...condition,
  ...seriesOfMail(condition),
});
