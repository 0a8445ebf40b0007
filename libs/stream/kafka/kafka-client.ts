import { Kafka, logLevel, type KafkaConfig, type logCreator } from 'kafkajs';
import type { StreamLog } from '../stream-log';

export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: KafkaConfig['ssl'];
  readonly sasl?: KafkaConfig['sasl'];
}

/** kafkajs says "error" of what it repairs by itself; what it cannot repair reaches us as an exception. */
const levels = {
  [logLevel.ERROR]: 'warn',
  [logLevel.WARN]: 'debug',
  [logLevel.INFO]: 'debug',
  [logLevel.DEBUG]: 'debug',
  [logLevel.NOTHING]: 'debug',
} as const;

const logInto =
  (report: StreamLog): logCreator =>
  () =>
  ({ namespace, level, log }) =>
    report[levels[level]]({ kafka: namespace, error: log['error'] as unknown }, log.message);

export const kafkaClient = ({ brokers, clientId, ssl, sasl }: KafkaConnection, report: StreamLog): Kafka =>
  new Kafka({
    brokers: [...brokers],
    clientId,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    logLevel: logLevel.WARN,
    logCreator: logInto(report),
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 },
  });
