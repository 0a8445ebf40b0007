/** Injection tokens of what the process gives to the API; the database is injected as `Database`. */
export const CLOCK = Symbol('clock');
export const STREAM = Symbol('stream');
export const MAILER = Symbol('mailer');
export const SETTINGS = Symbol('settings');
export const LOG = Symbol('log');
