export * from './kafka/kafka-stream';
export { UnfitTopic } from './kafka/kafka-topic';
export * from './positions';
export * from './postgres/postgres-stream';
export * from './stream';
export type { StreamLog } from './stream-log';
