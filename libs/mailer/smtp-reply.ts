import type { Phase, Reply } from './mailer';

/** What nodemailer's errors carry. */
export interface SmtpError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
}

const phases: Readonly<Record<string, Phase>> = { 'MAIL FROM': 'mail', 'RCPT TO': 'rcpt', DATA: 'data' };

const ENHANCED = /^[245]\.\d{1,3}\.\d{1,3}(?= |$)/;

/** The answer that a server gave in full, at a phase: multi-line answers as one text, in which the codes of the first line are not said again. */
export function answered(phase: Phase, response: string): Reply {
  const lines = response.split(/\r?\n/).map((line) => line.replace(/^\d{3}[ -]?/, ''));
  const code = /^[2-5]\d\d(?=[ -]|$)/.exec(response)?.[0];
  const enhanced = ENHANCED.exec(lines[0]!)?.[0];
  const text = lines
    .map((line, place) =>
      (place > 0 && enhanced && ENHANCED.exec(line)?.[0] === enhanced
        ? line.slice(enhanced.length)
        : line
      ).trim(),
    )
    .join(' ')
    .trim();
  return { phase, text, ...(code && { code: Number(code) }), ...(enhanced && { enhanced }) };
}

/**
 * What a failed hand-over says. `reached` is how far the content had come; an answer that belongs to no command, or was cut off,
 * counts as none.
 */
export function replyOf(error: SmtpError, reached: Phase): Reply {
  if (error.code === 'EMESSAGE' && error.command === 'MAIL FROM' && !error.response)
    return { phase: 'mail', code: 552, enhanced: '5.3.4', text: error.message };
  const phase = phases[error.command ?? ''];
  if (!phase || !error.response) return { phase: reached, text: error.message };
  return answered(error.code === 'EMESSAGE' ? 'final' : phase, error.response);
}

/** Why no session came about: with the server's answer where it gave one. */
export const connectReply = (error: SmtpError): Reply =>
  error.response ? answered('connect', error.response) : { phase: 'connect', text: error.message };
