export { classifyReply } from './classify-reply';
export {
  refusal,
  type EndReason,
  type Gate,
  type GateFacts,
  type GateName,
  type GateRefusal,
  type Refusal,
  type StandingSuppression,
} from './gates';
export type { Outcome, ReplyClass, Scope } from './outcome';
export type { Phase, SmtpReply } from './reply';
export { retryAt } from './retry-at';
