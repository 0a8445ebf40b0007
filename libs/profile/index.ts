export * from './company';
export * from './resolve-identities';
export * from './trait-change';
export * from './traits';
