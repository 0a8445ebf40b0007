import type { Outcome, ReplyClass } from './outcome';
import { reactions, unresolvedDomain } from './reactions';
import { readReply, type ReadReply, type SmtpReply } from './reply';
import { namesUnresolvedDomain, replyRules } from './reply-rules';

/**
 * What a hand-over's last reply, or its absence, means for the message. The phase is asked first: without an answer
 * nothing was accepted before the content was on its way, and nobody knows afterwards. A 4xx never becomes a hard bounce.
 */
export function classifyReply(given: SmtpReply): Outcome {
  const reply = readReply(given);
  const found = classOf(reply);
  const reaction =
    found === 'hard-domain' && namesUnresolvedDomain(reply) ? unresolvedDomain : reactions[found];
  return { class: found, reply: replyText(given), ...reaction };
}

function classOf(reply: ReadReply): ReplyClass {
  if (reply.code < 400 || reply.code > 599) return withoutRefusal(reply);
  return replyRules.find(([, matches]) => matches(reply))?.[0] ?? 'refused';
}

/** No reply, a positive one, or none that SMTP knows. */
function withoutRefusal({ phase, code }: ReadReply): ReplyClass {
  if (phase === 'final' && code >= 200 && code < 300) return 'accepted';
  if (phase === 'message' || phase === 'final') return 'unknown';
  return phase === 'connect' ? 'soft-route' : 'not-sent';
}

/** The reply as one line, for the record; shorter than 500 characters. */
function replyText({ code, enhanced, text, phase }: SmtpReply): string {
  const isInText = enhanced !== undefined && text?.startsWith(enhanced);
  const parts = isInText ? [code, text] : [code, enhanced, text];
  const words = parts.filter((part) => part !== undefined && part !== '').join(' ');
  const line = (words || `no reply (${phase})`).replace(/[\p{Cc}\s]+/gu, ' ');
  return line.trim().slice(0, 499);
}
