export * from './duration';
export * from './errors';
export * from './ids';
export * from './instant';
export * from './json';
