export * from './database';
export * from './definitions';
export * from './token-keys';
