export * from './resolve-identities';
export * from './traits';
