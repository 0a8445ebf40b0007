import { ConfigResourceTypes, type Admin } from 'kafkajs';
import type { Duration } from '@entente/kernel';

export interface TopicWanted {
  readonly topic: string;
  readonly partitions: number;
  readonly keepFor?: Duration;
}

/** The topic was made by somebody else in a way that the engine cannot work with. */
export class UnfitTopic extends Error {
  constructor(topic: string, found: string) {
    super(
      `the Kafka topic ${topic} has message.timestamp.type=${found}, but arrivals must be stamped by the broker: ` +
        `set it to LogAppendTime, or name a topic that does not exist yet`,
    );
    this.name = 'UnfitTopic';
  }
}

const STAMP = 'message.timestamp.type';

/** Makes the topic, or checks the one that is there; gives its number of partitions, which is never lowered. */
export async function makeTopic(admin: Admin, wanted: TopicWanted): Promise<number> {
  const { topic, partitions, keepFor } = wanted;
  const configEntries = [{ name: STAMP, value: 'LogAppendTime' }];
  if (keepFor !== undefined) configEntries.push({ name: 'retention.ms', value: String(keepFor) });
  const made = await admin.createTopics({ topics: [{ topic, numPartitions: partitions, configEntries }] });
  if (!made) await refuseOtherStamps(admin, topic);
  const found = await countPartitions(admin, topic);
  if (found >= partitions) return found;
  await admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] });
  return partitions;
}

async function refuseOtherStamps(admin: Admin, topic: string): Promise<void> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: [STAMP] }],
  });
  const found = resources[0]?.configEntries.find(({ configName }) => configName === STAMP)?.configValue;
  if (found !== 'LogAppendTime') throw new UnfitTopic(topic, found ?? 'unknown');
}

async function countPartitions(admin: Admin, topic: string): Promise<number> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return topics[0]!.partitions.length;
}
