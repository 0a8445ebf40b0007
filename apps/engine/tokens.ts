/** Names under which NestJS hands out what the engine's roles share. */
export const ENGINE = Symbol('engine');
export const LOG = Symbol('log');
