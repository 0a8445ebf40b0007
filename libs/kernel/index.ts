export * from './duration';
export * from './errors';
export * from './fields';
export * from './ids';
export * from './instant';
export * from './json';
export * from './key';
export * from './text';
