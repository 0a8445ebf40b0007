export * from './company';
export * from './resolve-identities';
export * from './traits';
export * from './trait-change';
