import pino from 'pino';
import type { Settings } from './settings';

export type Logger = pino.Logger;

/** Where lines go besides standard output, e.g. a file in the data folder. */
export interface LogTarget {
  readonly write: (line: string) => void;
}

const secrets: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/(\/\/[^\s:/@"]*):[^\s@"]+@/g, '$1:[secret]@'],
  [/[^\s"'<>@\\,;:()[\]=]{1,64}@[a-z0-9\u0080-\uffff-]+(?:\.[a-z0-9\u0080-\uffff-]+)+/gi, '[address]'],
  [/\b(?:Basic|Bearer) [\w.~+/=-]+/g, '[credentials]'],
  [/(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{40,}(?:\.[\w-]+)*/gi, '[token]'],
];

/** A text without e-mail addresses, passwords, credentials and long tokens. */
export const redact = (text: string): string =>
  secrets.reduce((line, [pattern, replacement]) => line.replace(pattern, replacement), text);

/**
 * JSON lines. Whatever is logged, what looks like an address or a credential is taken out of the finished line.
 * The levels promise: `error` is worth waking somebody, `warn` is worth a look tomorrow, `info` tells what a process did.
 */
export function openLog(settings: Pick<Settings, 'logLevel'>, process: string, target?: LogTarget): Logger {
  const options: pino.LoggerOptions = {
    level: settings.logLevel,
    base: { process },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    hooks: { streamWrite: redact },
  };
  return target ? pino(options, target) : pino(options);
}
