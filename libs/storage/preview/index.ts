export * from './look';
export * from './persons';
export * from './preview-jobs';
export * from './sample';
