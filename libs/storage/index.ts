export * from './access-keys';
export * from './database';
export * from './definitions';
export * from './token-keys';
export * from './contacts';
export * from './leases';
