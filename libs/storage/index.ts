export * from './database';
export * from './definitions';
