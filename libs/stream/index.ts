export * from './positions';
export * from './stream';
