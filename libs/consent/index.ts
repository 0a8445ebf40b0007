export * from './allows';
export * from './fold-permission';
export * from './ledger-chain';
export * from './may-append';
export * from './permission';
