export * from './kafka-stream';
export { UnfitTopic } from './kafka-topic';
export * from './positions';
export * from './postgres-stream';
export * from './stream';
export type { StreamLog } from './stream-log';
